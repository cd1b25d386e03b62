"""Where reviews live: modules with the same functions, by name.

    open_review(services, row, plan, environment, head) -> Review     approve_review(services, review, actor) -> Review
    merge_review(services, review, actor, commit) -> Review           reject_review(services, review, actor) -> Review
"""

from gitops.forges import local

FORGES = {"local": local}
