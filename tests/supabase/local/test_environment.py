from environment import server_settings


def test_the_server_is_given_the_login_that_owns_nothing() -> None:
    settings = {"PORT": "8000", "SUPABASE_DB_URL": "postgresql://postgres:secret@127.0.0.1:1/db"}
    assert server_settings(settings) == {
        "PORT": "8000",
        "SUPABASE_DB_URL": "postgresql://authenticator:secret@127.0.0.1:1/db",
    }
