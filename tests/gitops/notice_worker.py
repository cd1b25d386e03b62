"""The post in a process of its own, to be killed: python -m tests.gitops.notice_worker HOME. Says "ready" when it works."""

import os
import sys
import threading
from pathlib import Path

from controller import notify
from gitops import config, services
from gitops.notices import post


def main(home):
    post.FIRST, post.LOOK = 0.1, 0.05
    opened = services.open(config.load({**os.environ, "CONFIG_REPO": str(Path(home, "config.git")), "KLEPAAS_HOME": home}, None))
    notify.opened(opened)
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
