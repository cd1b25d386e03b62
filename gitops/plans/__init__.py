"""What each change verb does to the files: pure functions of (catalog, tree, command), in `PLANS` by verb.

What time, chance or history would bring is in the arguments already (gitops/resolve). So a plan can be made again on a moved
base, and the preview is what gets committed. Must not write, render, or ask anybody.
"""

from gitops.plans import access, adopted, apps, manifests, phrases, previews, values

PLANS = {
    "deploy": values.deploy, "restart": values.restart, "scale": values.scale, "rollback": values.rollback,
    "promote": values.promote, "set_env": values.set_env, "unset_env": values.unset_env,
    "suspend": values.suspend, "resume": values.resume,
    "create_app": apps.create_app, "delete_app": apps.delete_app,
    "apply_manifest": manifests.apply_manifest, "delete_manifest": manifests.delete_manifest,
    "adopt": adopted.adopt, "teach": phrases.teach, "grant": access.grant, "withdraw": access.withdraw,
    "open_preview": previews.open_preview, "close_preview": previews.close_preview,
}
