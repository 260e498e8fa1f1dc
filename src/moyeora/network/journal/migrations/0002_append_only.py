"""The journal is held by the database: see :mod:`moyeora.network.journal.append_only`."""

from django.db import migrations

from moyeora.network.journal import append_only


def install(apps, editor):
    append_only.install(editor.connection)


def remove(apps, editor):
    append_only.remove(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
