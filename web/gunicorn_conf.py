"""gunicorn: threads, because each open websocket holds one; services open after the fork, in create_app."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "256"))
graceful_timeout = 3
timeout = 120
keepalive = 5
limit_request_line = 8190  # a query of Prometheus travels in an address
accesslog = None
loglevel = "warning"
