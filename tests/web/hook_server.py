"""The web server's application over real HTTP, in this process: for doors that need no cluster and no gunicorn."""

import contextlib
import threading

from werkzeug.serving import make_server

from gitops import config
from gitops.repo import Repository
from tests.gitops.repo_help import land
from web import create_app


@contextlib.contextmanager
def serve(folder, files, **settings):
    """(URL, services) of an application on a repository with these files."""
    repo = Repository.open(str(Repository.create(folder / "config.git")), folder)
    land(repo, {path: text.encode() for path, text in files.items()})
    repo.close()
    app = create_app(config.load({"CONFIG_REPO": str(folder / "config.git"), "KLEPAAS_HOME": str(folder), "KUBECONFIG": str(folder / "none"), **settings}, None))
    flask = getattr(app, "app", app)
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", _services(flask)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        _services(flask).renderer.close()


def _services(flask):
    return flask.extensions["klepaas"].services
