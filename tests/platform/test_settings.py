"""The environment is read once, checked, and every refusal names the variable."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from webapp.settings import Environment, Settings, SettingsInvalid, current_settings, plain_url, secret_file

PRODUCTION = {
    "ONEWINDOW_ENV": "production",
    "DATABASE_URL": "postgres://onewindow_app:pw@db.example/onewindow",
    "ONEWINDOW_SECRET_KEY": "s" * 40,
    "ONEWINDOW_PEPPER": "p" * 40,
    "ONEWINDOW_PUBLIC_URL": "https://window.example.gov.cn/",
}
DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
SOURCE = Path(__file__).parents[2] / "webapp" / "settings.py"


def read(**variables: str) -> Settings:
    return Settings.from_environment(variables)


def test_without_any_variable_it_is_a_demo_on_this_machine_alone(tmp_path: Path) -> None:
    settings = read(ONEWINDOW_HOME=str(tmp_path))
    assert settings.environment is Environment.DEMO
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.embedded_database
    assert settings.public_url == "http://127.0.0.1:8000"
    assert "onewindow_app@" in settings.database_url
    assert "onewindow_owner@" in settings.database_owner_url


def test_production_as_it_should_be() -> None:
    settings = read(**PRODUCTION)
    assert settings.database_url == "postgresql+psycopg://onewindow_app:pw@db.example/onewindow"
    assert plain_url(settings.database_url).startswith("postgresql://onewindow_app")
    assert settings.database_owner_url == ""
    assert settings.public_url == "https://window.example.gov.cn"
    assert not settings.embedded_database


@pytest.mark.parametrize("variable", sorted(PRODUCTION.keys() - {"ONEWINDOW_ENV"}))
def test_production_refuses_to_start_without(variable: str) -> None:
    with pytest.raises(SettingsInvalid, match=variable):
        read(**{name: value for name, value in PRODUCTION.items() if name != variable})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ONEWINDOW_ENV", "staging"),
        ("ONEWINDOW_PORT", "eighty"),
        ("ONEWINDOW_PORT", "-1"),
        ("ONEWINDOW_PUBLIC_URL", "http://window.example.gov.cn"),
        ("ONEWINDOW_SMS_PER_NUMBER", "0"),
        ("ONEWINDOW_SMS_WINDOW_MINUTES", "an hour"),
        ("ONEWINDOW_SMS_WINDOW_MINUTES", "1441"),
        ("ONEWINDOW_BATCH_TRIES", "0"),
        ("ONEWINDOW_BATCH_WAITS", "10 soon"),
        ("ONEWINDOW_BATCH_WAITS", "0 10"),
        ("ONEWINDOW_BATCH_WAITS", "30 10"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=variable):
        read(**PRODUCTION | {variable: value})


def test_secrets_come_from_the_data_folder_unless_the_environment_has_them(tmp_path: Path) -> None:
    secret_file(tmp_path, "ONEWINDOW_PEPPER").parent.mkdir()
    secret_file(tmp_path, "ONEWINDOW_PEPPER").write_text("kept\n")
    assert read(ONEWINDOW_HOME=str(tmp_path)).pepper == "kept"
    assert read(ONEWINDOW_HOME=str(tmp_path), ONEWINDOW_PEPPER="given").pepper == "given"


def test_an_application_needs_its_secrets(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="ONEWINDOW_SECRET_KEY"):
        read(ONEWINDOW_HOME=str(tmp_path)).require_secrets()


def test_the_application_knows_its_settings(app: Flask, db: SQLAlchemy) -> None:
    assert current_settings().environment is Environment.TEST


@pytest.mark.parametrize("variable", ["ONEWINDOW_SMS_URL", "ONEWINDOW_TIMESTAMP_URL", "ONEWINDOW_HANDOVER_URL"])
def test_nothing_goes_to_another_machine_in_the_clear(tmp_path: Path, variable: str) -> None:
    common = {"ONEWINDOW_HOME": str(tmp_path), "ONEWINDOW_HANDOVER_SECRET": "h" * 40}
    for there in (
        "http://sms.example.cn",
        "http://127.0.0.1.example.cn/",
        "http://localhost@example.cn/",
        "http://[::1",
        "https://",
        "file:///etc/passwd",
    ):
        with pytest.raises(SettingsInvalid) as refused:
            read(**common, **{variable: there})
        assert refused.value.variable == variable
    for here in ("http://127.0.0.1:9", "http://localhost:9/in", "http://[::1]:9/", "https://sms.example.cn/v1"):
        read(**common, **{variable: here})


def test_every_variable_is_documented() -> None:
    documented = DOCS.read_text("utf-8")
    variables = set(re.findall(r'"((?:ONEWINDOW|DATABASE)_[A-Z_]+)"', SOURCE.read_text("utf-8")))
    assert len(variables) > 10
    assert {name for name in variables if f"`{name}`" not in documented} == set()
