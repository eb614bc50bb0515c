import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.learning.column import Column


def test_rows_stay_where_they_are_while_more_come():
    column = Column((2,), np.float32)
    column.extend(np.array([[1.0, 2.0]]))
    first = column.values
    column.extend(np.full((100_000, 2), 3.0))
    assert column.values.shape == (100_001, 2) and column.values.dtype == np.float32
    assert np.shares_memory(first, column.values[:1])
    np.testing.assert_array_equal(column.values[[0, 1, -1]], [[1.0, 2.0], [3.0, 3.0], [3.0, 3.0]])


def test_without_address_space_the_limit_is_named():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3, hard))
    try:
        with pytest.raises(AwacError, match="no address space to be had .* ulimit -v unlimited"):
            Column((2,), np.float32)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
