"""What differs between two trees, by their objects' ids: only folders that differ are opened."""

from gitops.tree import DEPTH


def differing(objects, old, new, paths=(), prefix=""):
    """(path, old Entry or None, new Entry or None) of files, links and modules that differ, in order, below any of `paths`."""
    if old == new:
        return
    before, after = objects.tree(old), objects.tree(new)
    for name in sorted(before.keys() | after.keys()):
        path = prefix + name
        if before.get(name) != after.get(name) and _concerned(path, paths):
            yield from _entry(objects, path, before.get(name), after.get(name), paths)


def _entry(objects, path, before, after, paths):
    sides = before, after
    deep = path.count("/") >= DEPTH  # what is below is no path of ours: it differs as one
    files = [side if side and (deep or side.kind != "folder") else None for side in sides]
    if any(files) and (not paths or any(path == each or path.startswith(each + "/") for each in paths)):
        yield path, *files
    if not deep:
        folders = [side.id if side and side.kind == "folder" else None for side in sides]
        yield from differing(objects, *folders, paths, path + "/")


def _concerned(path, paths):
    """Whether the path is one of `paths`, or above or below one."""
    return not paths or any(path == each or path.startswith(each + "/") or each.startswith(path + "/") for each in paths)
