"""The command line: ``dean …``, and the same commands as ``airflow dean …``. One command per file, heavy imports inside the commands."""
