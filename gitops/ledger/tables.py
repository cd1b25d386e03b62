"""The ledger's tables as the code reads them; migrations.py makes them. JSON is kept as text, the same in both databases. Times are UTC seconds."""

import time

import peewee


def define(database):
    """The model classes of one database, by name."""

    class Base(peewee.Model):
        class Meta:
            database = None
            legacy_table_names = False

    def table(called, /, key=None, **fields):
        options = {"database": database, "table_name": f"klepaas_{called}"} | ({} if key is None else {"primary_key": key})
        return type(called.title(), (Base,), {**fields, "Meta": type("Meta", (), options)})

    return {
        "schema": table("schema", key=False, version=peewee.BigIntegerField(), at=peewee.DoubleField()),
        "command": table(
            "command",
            uid=peewee.TextField(primary_key=True), actor_email=peewee.TextField(), client_id=peewee.TextField(), fingerprint=peewee.TextField(),
            actor=peewee.TextField(), channel=peewee.TextField(), verb=peewee.TextField(), app=peewee.TextField(null=True),
            environment=peewee.TextField(null=True), command=peewee.TextField(), resolved=peewee.BooleanField(default=False),
            attempts=peewee.TextField(default="[]"), status=peewee.TextField(default="begun"), commit=peewee.TextField(null=True),
            review=peewee.TextField(null=True), receipt=peewee.TextField(null=True), error=peewee.TextField(null=True),
            event=peewee.BigIntegerField(null=True), result=peewee.TextField(null=True), request=peewee.TextField(null=True), trace=peewee.TextField(null=True), created=peewee.DoubleField(), updated=peewee.DoubleField()),
        "event": table(
            "event", id=peewee.BigAutoField(), kind=peewee.TextField(), app=peewee.TextField(null=True), environment=peewee.TextField(null=True),
            data=peewee.TextField(), at=peewee.DoubleField()),
        "sync": table(
            "sync", id=peewee.BigAutoField(), app=peewee.TextField(), environment=peewee.TextField(), revision=peewee.TextField(), commit=peewee.TextField(null=True),
            status=peewee.TextField(), result=peewee.TextField(), started=peewee.DoubleField(), finished=peewee.DoubleField(null=True)),
        "state": table(
            "state", key=peewee.CompositeKey("environment", "app"), app=peewee.TextField(), environment=peewee.TextField(),
            state=peewee.TextField(), updated=peewee.DoubleField()),
        "review": table(
            "review", id=peewee.TextField(primary_key=True), command_uid=peewee.TextField(), environment=peewee.TextField(),
            app=peewee.TextField(null=True), branch=peewee.TextField(), base=peewee.TextField(), head=peewee.TextField(), author_email=peewee.TextField(),
            author_name=peewee.TextField(), title=peewee.TextField(), required=peewee.IntegerField(), forge=peewee.TextField(), url=peewee.TextField(null=True),
            status=peewee.TextField(), commit=peewee.TextField(null=True), closed_by=peewee.TextField(null=True), number=peewee.BigIntegerField(null=True),
            created=peewee.DoubleField(), closed=peewee.DoubleField(null=True), there=peewee.TextField(default="[]")),
        "approval": table(
            "approval", id=peewee.BigAutoField(), review=peewee.TextField(), email=peewee.TextField(), name=peewee.TextField(),
            head=peewee.TextField(), at=peewee.DoubleField()),
        "user": table("user", email=peewee.TextField(primary_key=True), name=peewee.TextField(), scopes=peewee.TextField(), created=peewee.DoubleField(default=time.time),
                      teams=peewee.TextField(default="[]")),
        "token": table(
            "token", id=peewee.TextField(primary_key=True), hash=peewee.TextField(), email=peewee.TextField(), name=peewee.TextField(),
            scopes=peewee.TextField(), agent=peewee.BooleanField(), created=peewee.DoubleField(), expires=peewee.DoubleField(null=True),
            used=peewee.DoubleField(null=True), revoked=peewee.DoubleField(null=True)),
        "link": table("link", hash=peewee.TextField(primary_key=True), email=peewee.TextField(), expires=peewee.DoubleField(), used=peewee.DoubleField(null=True)),
        "session": table("session", hash=peewee.TextField(primary_key=True), email=peewee.TextField(), created=peewee.DoubleField(),
                         expires=peewee.DoubleField(), ended=peewee.DoubleField(null=True), id=peewee.TextField(null=True), provider=peewee.TextField(null=True),
                         address=peewee.TextField(null=True), browser=peewee.TextField(null=True)),
        "identity": table("identity", key=peewee.CompositeKey("provider", "subject"), provider=peewee.TextField(), subject=peewee.TextField(), email=peewee.TextField(),
                          token=peewee.TextField(null=True), checked=peewee.DoubleField()),
        "audit": table(
            "audit", number=peewee.BigIntegerField(primary_key=True), at=peewee.DoubleField(), email=peewee.TextField(null=True), name=peewee.TextField(null=True),
            agent=peewee.BooleanField(), address=peewee.TextField(null=True), request=peewee.TextField(null=True), door=peewee.TextField(), verb=peewee.TextField(),
            app=peewee.TextField(null=True), environment=peewee.TextField(null=True), args=peewee.TextField(), outcome=peewee.TextField(), code=peewee.TextField(null=True),
            commit=peewee.TextField(null=True), review=peewee.TextField(null=True), previous=peewee.TextField(), hash=peewee.TextField()),
        "checkpoint": table("checkpoint", number=peewee.BigIntegerField(primary_key=True), hash=peewee.TextField(), at=peewee.DoubleField(), signature=peewee.TextField()),
        "failure": table("failure", source=peewee.TextField(primary_key=True), count=peewee.BigIntegerField(), since=peewee.DoubleField(), until=peewee.DoubleField()),
        "conversation": table("conversation", id=peewee.TextField(primary_key=True), email=peewee.TextField(), title=peewee.TextField(),
                              context=peewee.TextField(), created=peewee.DoubleField(), updated=peewee.DoubleField()),
        "message": table(
            "message", id=peewee.BigAutoField(), conversation=peewee.TextField(), email=peewee.TextField(), text=peewee.TextField(),
            language=peewee.TextField(null=True), kind=peewee.TextField(), readings=peewee.TextField(), parser=peewee.TextField(null=True),
            model=peewee.TextField(null=True), latency=peewee.DoubleField(null=True), tokens_in=peewee.BigIntegerField(null=True),
            tokens_out=peewee.BigIntegerField(null=True), outcome=peewee.TextField(null=True), at=peewee.DoubleField()),
        "preview": table(
            "preview", id=peewee.TextField(primary_key=True), email=peewee.TextField(), channel=peewee.TextField(), conversation=peewee.TextField(null=True),
            message=peewee.BigIntegerField(null=True), command=peewee.TextField(), hash=peewee.TextField(), risk=peewee.TextField(), status=peewee.TextField(),
            outcome=peewee.TextField(null=True), created=peewee.DoubleField(), expires=peewee.DoubleField(), settled=peewee.DoubleField(null=True)),
        "feedback": table(
            "feedback", id=peewee.BigAutoField(), message=peewee.BigIntegerField(), email=peewee.TextField(), kind=peewee.TextField(), text=peewee.TextField(),
            was=peewee.TextField(), meant=peewee.TextField(null=True), note=peewee.TextField(null=True), status=peewee.TextField(default="open"),
            settled_by=peewee.TextField(null=True), at=peewee.DoubleField()),
        "question": table("question", id=peewee.TextField(primary_key=True), environment=peewee.TextField(), app=peewee.TextField(null=True), asked=peewee.DoubleField(),
                          answer=peewee.TextField(null=True), review=peewee.TextField(null=True)),
        "delivery": table(
            "delivery", id=peewee.TextField(primary_key=True), digest=peewee.TextField(), event=peewee.TextField(), repository=peewee.TextField(null=True),
            facts=peewee.TextField(), status=peewee.TextField(default="waiting"), outcome=peewee.TextField(default="[]"), received=peewee.DoubleField(), tried=peewee.DoubleField()),
        "arrival": table("arrival", key=peewee.CompositeKey("environment", "app"), app=peewee.TextField(), environment=peewee.TextField(), facts=peewee.TextField(),
                         at=peewee.DoubleField()),
        "notice": table(
            "notice", id=peewee.BigAutoField(), channel=peewee.TextField(), language=peewee.TextField(), bundle=peewee.TextField(null=True), news=peewee.TextField(),
            count=peewee.BigIntegerField(), status=peewee.TextField(default="waiting"), due=peewee.DoubleField(), attempts=peewee.BigIntegerField(default=0),
            later=peewee.DoubleField(default=0.0), error=peewee.TextField(null=True), created=peewee.DoubleField(), settled=peewee.DoubleField(null=True)),
        "told": table("told", about=peewee.TextField(primary_key=True), said=peewee.TextField(), at=peewee.DoubleField()),
        "alert": table(
            "alert", id=peewee.TextField(primary_key=True), source=peewee.TextField(), fingerprint=peewee.TextField(), status=peewee.TextField(), app=peewee.TextField(null=True),
            environment=peewee.TextField(null=True), name=peewee.TextField(), severity=peewee.TextField(null=True), summary=peewee.TextField(), labels=peewee.TextField(), url=peewee.TextField(null=True),
            began=peewee.DoubleField(), ended=peewee.DoubleField(null=True), heard=peewee.DoubleField(), seen=peewee.DoubleField(), acknowledged=peewee.DoubleField(null=True),
            acknowledged_by=peewee.TextField(null=True), silence=peewee.TextField(null=True), silenced_until=peewee.DoubleField(null=True), silenced_by=peewee.TextField(null=True),
            answered=peewee.TextField(null=True)),
        "claim": table("claim", name=peewee.TextField(primary_key=True), until=peewee.DoubleField()),
    }

