"""The one exception a person is meant to read."""


class AwacError(Exception):
    """Bad input: one sentence that names the file, field or topic, and the way out."""
