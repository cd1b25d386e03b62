"""The ledger's tables and their migrations. JSON is kept as text, the same in both databases. Times are UTC seconds."""

import time

import peewee

VERSION = 1


def define(database):
    """The model classes of one database, by name."""

    class Base(peewee.Model):
        class Meta:
            database = None
            legacy_table_names = False

    def table(called, /, *indexes, key=None, **fields):
        options = {"database": database, "table_name": f"klepaas_{called}", "indexes": indexes} | ({"primary_key": key} if key else {})
        return type(called.title(), (Base,), {**fields, "Meta": type("Meta", (), options)})

    return {
        "schema": table("schema", version=peewee.IntegerField()),
        "command": table(
            "command", (("actor_email", "client_id"), True), (("environment", "app"), False),
            uid=peewee.CharField(20, primary_key=True), actor_email=peewee.TextField(), client_id=peewee.CharField(64), fingerprint=peewee.CharField(64),
            actor=peewee.TextField(), channel=peewee.CharField(16), verb=peewee.CharField(32), app=peewee.CharField(64, null=True),
            environment=peewee.CharField(64, null=True), command=peewee.TextField(), resolved=peewee.BooleanField(default=False),
            attempts=peewee.TextField(default="[]"), status=peewee.CharField(16, default="begun", index=True), commit=peewee.CharField(40, null=True, index=True),
            review=peewee.CharField(20, null=True), receipt=peewee.TextField(null=True), error=peewee.TextField(null=True),
            created=peewee.DoubleField(index=True), updated=peewee.DoubleField()),
        "event": table(
            "event", id=peewee.BigAutoField(), kind=peewee.CharField(16), app=peewee.CharField(64, null=True), environment=peewee.CharField(64, null=True),
            data=peewee.TextField(), at=peewee.DoubleField(index=True)),
        "sync": table(
            "sync", (("environment", "app", "id"), False), id=peewee.BigAutoField(), app=peewee.CharField(64), environment=peewee.CharField(64), revision=peewee.CharField(40),
            status=peewee.CharField(16), result=peewee.TextField(), started=peewee.DoubleField(), finished=peewee.DoubleField(null=True)),
        "state": table(
            "state", key=peewee.CompositeKey("environment", "app"), app=peewee.CharField(64), environment=peewee.CharField(64),
            state=peewee.TextField(), updated=peewee.DoubleField()),
        "review": table(
            "review", id=peewee.CharField(20, primary_key=True), command_uid=peewee.CharField(20, unique=True), environment=peewee.CharField(64),
            app=peewee.CharField(64, null=True), branch=peewee.TextField(), base=peewee.CharField(40), head=peewee.CharField(40), author_email=peewee.TextField(),
            author_name=peewee.TextField(), title=peewee.TextField(), required=peewee.IntegerField(), forge=peewee.CharField(16), url=peewee.TextField(null=True),
            status=peewee.CharField(16, index=True), commit=peewee.CharField(40, null=True), closed_by=peewee.TextField(null=True),
            created=peewee.DoubleField(), closed=peewee.DoubleField(null=True)),
        "approval": table(
            "approval", (("review", "email"), True), id=peewee.BigAutoField(), review=peewee.CharField(20), email=peewee.TextField(), name=peewee.TextField(),
            head=peewee.CharField(40), at=peewee.DoubleField()),
        "user": table("user", email=peewee.TextField(primary_key=True), name=peewee.TextField(), scopes=peewee.TextField(), created=peewee.DoubleField(default=time.time)),
        "token": table(
            "token", id=peewee.CharField(20, primary_key=True), hash=peewee.CharField(64, unique=True), email=peewee.TextField(index=True), name=peewee.TextField(),
            scopes=peewee.TextField(), agent=peewee.BooleanField(), created=peewee.DoubleField(), expires=peewee.DoubleField(null=True),
            used=peewee.DoubleField(null=True), revoked=peewee.DoubleField(null=True)),
        "link": table("link", hash=peewee.CharField(64, primary_key=True), email=peewee.TextField(), expires=peewee.DoubleField(), used=peewee.DoubleField(null=True)),
        "session": table("session", hash=peewee.CharField(64, primary_key=True), email=peewee.TextField(), created=peewee.DoubleField(),
                         expires=peewee.DoubleField(), ended=peewee.DoubleField(null=True)),
    }


def first(database, tables):
    database.create_tables([each for name, each in tables.items() if name != "schema"])


MIGRATIONS = {1: first}
