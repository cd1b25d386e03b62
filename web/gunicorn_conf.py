"""gunicorn: threads, because each open websocket holds one; services open after the fork, in create_app.

What the processes count is put together from files in one folder (prometheus_client's multiprocess mode): it has to be named before that is imported.
"""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "256"))
graceful_timeout = 3
timeout = 120
keepalive = 5
limit_request_line = 8190  # the most that gunicorn takes
logger_class = "web.gunicorn_logger.Logger"
own = FOLDER not in os.environ  # else it is the operator's, and stays
if own:
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="klepaas-metrics-")


def on_starting(server):
    """Counts of servers before this one are none of its own."""
    for each in Path(os.environ[FOLDER]).glob("*.db"):
        each.unlink()


def child_exit(server, worker):
    """What a process that ended counted stays counted; what it was is no more."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    if own:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
