"""The Flask extensions, made once and bound to an application in `create_app`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import TIMESTAMP, BigInteger, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table. Python types stand for: aware moment, bigint, text and jsonb columns."""

    # The type map lives on the registry: Flask-SQLAlchemy gives its model class a registry of its own,
    # and SQLAlchemy refuses a class with both a registry and a type map.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: TIMESTAMP(timezone=True),
            int: BigInteger(),
            str: Text(),
            dict: JSONB(),
            dict[str, Any]: JSONB(),
        },
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base  # Flask-SQLAlchemy makes its base at run time, where a type checker cannot see it
else:
    Model = db.Model

migrate = Migrate(directory="webapp/migrations")
babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
