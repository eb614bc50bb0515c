import pytest

from awac_ros.console.access import COOKIE, Access

LOCAL = Access("127.0.0.1", "secret")
OPEN = Access("192.168.1.5", "secret")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_on_this_machine_the_page_needs_no_token(host: str) -> None:
    assert LOCAL.refusal(host, None, "/", "") is None
    assert LOCAL.refusal(host, f"http://{host}", "/socket", "") is None


def test_a_page_of_another_site_can_not_speak_to_the_console() -> None:
    assert "only by itself" in LOCAL.refusal("127.0.0.1:8080", "http://evil.example", "/socket", "")
    assert "only by itself" in LOCAL.refusal("127.0.0.1:8080", "http://127.0.0.1:9999", "/socket", "")


def test_a_foreign_name_that_leads_to_this_machine_is_refused() -> None:
    assert "127.0.0.1" in LOCAL.refusal("evil.example:8080", None, "/", "")


@pytest.mark.parametrize(
    ("path", "cookies"), [("/?token=secret", ""), ("/", f"{COOKIE}=secret"), ("/socket", f"a=b; {COOKIE}=secret")]
)
def test_any_other_address_lets_in_whoever_has_the_token(path: str, cookies: str) -> None:
    assert OPEN.refusal("192.168.1.5:8080", None, path, cookies) is None


@pytest.mark.parametrize(
    ("path", "cookies"), [("/", ""), ("/?token=", ""), ("/?token=wrong", ""), ("/socket", f"{COOKIE}=wrong")]
)
def test_any_other_address_refuses_everybody_else(path: str, cookies: str) -> None:
    assert "token" in OPEN.refusal("192.168.1.5:8080", None, path, cookies)


def test_a_token_is_new_and_long_where_none_is_given() -> None:
    first, second = Access("0.0.0.0").token, Access("0.0.0.0").token
    assert first != second and len(first) >= 32
