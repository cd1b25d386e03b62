"""What English speakers say for each verb that changes something: (verb, pattern of the imperative, needs, unless, weight), as in changes_ko."""

from nlp.lexicon.phrases import any_of

_SYNC = r"\bsync(?:s|ing|hronization|hronisation)?\b|\breconcil|\bauto-?(?:sync|deploy)"
_REVIEW = r"Ⓡ|\breviews?\b|\bpr\b|\bpull request|\bmr\b|\bproposal"
_HELD = r"\bheld\b|\bhold\b|\bblocked\b|\bstuck\b|\bpending\b"
_KIND = (r"\bconfig ?maps?\b|\bsecrets?\b|\bcron ?jobs?\b|\bjobs?\b|\bcm\b|\bpvcs?\b|\bhpas?\b|\bpdbs?\b|\bingress(?:es)?\b|\bdaemonsets?\b|\bstatefulsets?\b|\bsts\b|\bservice ?accounts?\b|\bnetwork ?polic(?:y|ies)\b|\broles?\b|\brolebindings?\b|"
         r"\bsvc\b|\bdeployment\b|\bservice\b|\bpersistentvolumeclaims?\b|\bhorizontalpodautoscalers?\b")
_PIECE = any_of(
        r"\bpods?\b", r"\blogs?\b", r"\bnamespaces?\b", r"\bns\b", r"\bevents?\b", r"\bdata\b", r"\bdatabase\b", r"\bvolumes?\b", r"\bimages?\b",
        r"\bbranch(?:es)?\b", r"\bcommits?\b", r"\bhistory\b", r"\breplicas?\b", r"\binstances?\b", r"\bcontainers?\b", r"\bnodes?\b", r"\bclusters?\b",
        r"\bcache\b", r"\bfiles?\b", r"\busers?\b", r"\btokens?\b", r"\benv\b", r"\bvariables?\b", r"\benvironment variable", "Ⓢ", "Ⓦ", "Ⓓ",
        r"\bmanifests?\b", f"{_REVIEW}")
_TO_COUNT = r"Ⓟ|\b(?:to|at|=|into) Ⓝ"
_TARGET = r"[ⓋⒾⒷⒸ]"

ROWS = (
    ("restart", any_of(
        "restart", "reboot", "bounce", "re-start", "recycle", "relaunch", "power ?cycle", "kick",
        "give (?:it|Ⓐ|the Ⓐ) a (?:quick |good )?(?:restart|reboot|kick|bounce)",
        "(?:do |perform |trigger |run |start )?(?:a |an )?(?:rolling |rollout )(?:restart|reboot)(?: of)?", "rollout restart", "roll the pods",
        r"(?:turn|switch|take|bring) (?:it |Ⓐ |the \w+ )?(?:off|down) and (?:then )?(?:back )?(?:on|up)(?: again)?", "start (?:it |Ⓐ )?(?:afresh|anew|over)",
        "start Ⓐ again", "cycle"), None, _SYNC, 2),
    ("scale", r"scale(?:[- ]?(?:up|down|out|in))?|resize|autoscale|double|triple|halve", None, None, 2),
    ("scale", any_of(
        "increase", "raise", "grow", "bump(?: up)?", "reduce", "decrease", "lower", "shrink", "cut(?: down)?", "drop", "set", "change", "make", "run",
        "give", "have", "use", "spin up", "spin down", "bring", "take", "update", "adjust", "expand", "start", "keep", "get", "put", "want", "i want",
        "i need", "i'd like", "gimme", "let's have", "go(?: down| up)?", "deploy", "launch", "dial", "turn", "reach", "increase the number of", "patch",
        "modify", "downsize", "upsize", "trim", "ramp(?: up| down)?"), rf"{_TO_COUNT}", r"Ⓢ|Ⓦ|Ⓥ|Ⓘ|\bport\b|\bapp (?:called|named)|\blines?\b|\blog", 3),
    ("scale", r"give|add|start|launch|run|spin up|put|scale|bring up|get|need|i need|i want",
     r"(?:Ⓝ|Ⓟ|\bfew|\bcouple|\bsome|\bone|\ba) (?:of )?(?:more|extra|additional)|\banother (?:Ⓝ|Ⓟ|pod|replica|instance)|(?:more|extra|additional|fewer|less) (?:pods|replicas|instances|copies|Ⓟ)",
     r"\blogs?\b|\blines?\b|Ⓛ|\bapp\b (?:called|named)", 3),
    ("scale", r"Ⓐ(?:'s replicas| replicas?)?:? (?:to (?:Ⓟ|Ⓝ)|Ⓟ|x ?Ⓝ)|Ⓟ (?:for|of|on) Ⓐ", None, r"Ⓢ|Ⓦ|\blog|\bline", 1),
    ("rollback", any_of(
        r"roll(?: \w+| Ⓐ| the \w+)? ?back", "roll(?=[^.]* Ⓖ)", "rollback", "revert", "undo", "restore", "downgrade", "go back", "switch back", "fall back",
        "take (?:it |Ⓐ )back", "put (?:it |Ⓐ )back", "move (?:it |Ⓐ )back", "bring (?:it |Ⓐ )?back", "return", "back out", "set (?:it |Ⓐ )back"), None, None, 3),
    ("rollback", r"deploy|use|switch|go|run|ship|redeploy|move|put|set|change|install|get|bring|take|reset|release", r"Ⓖ", r"\blogs?\b", 4),
    ("deploy", any_of(
        "deploy", "ship", "roll ?out", "release", "update", "upgrade", "publish", "go live with", "rollout", "push out", "deliver",
        "bring (?:it |Ⓐ )?up to date"), None, rf"{_HELD}|Ⓢ|Ⓦ|\benv\b|\bvariable|\bhistory\b|\bmanifest|\breplicas?\b|\brestart|from Ⓔ[^.]* to Ⓔ", 2),
    ("deploy", any_of(
        "push", "put", "use", "switch", "move", "get", "set", "change", "bump", "run", "launch", "install", "start", "apply", "bring", "make", "point",
        "take", "roll", "patch", "send"), rf"{_TARGET}|\b(?:the )?(?:latest|newest|new) (?:version|code|image|build|release|commit|changes)", r"Ⓢ|Ⓦ|Ⓖ|\bback\b|\bmanifest|\bapp (?:called|named)", 3),
    ("promote", r"promote|graduate|elevate|promotion of", None, None, 4),
    ("promote", r"move|push|ship|copy|bring|take|deploy|release|roll ?out|send|put|get|advance|migrate|apply", any_of(
        r"\bfrom Ⓔ(?: environment)?(?: in)?to Ⓔ", r"\bfrom Ⓔ[^Ⓔ]* (?:to|into|onto) Ⓔ",
        "Ⓔ(?:'s)? (?:version|build|image|release|state|one)[^Ⓔ]* (?:to|into|onto|in) Ⓔ", r"\b(?:to|into) Ⓔ from Ⓔ",
        "what(?:'s| is) (?:in|on|running in) Ⓔ (?:to|into) Ⓔ", "Ⓔ ?(?:->|>) ?Ⓔ"), r"[ⓋⒾⒷⒸⓅⓈⓌⒼ]", 5),
    ("set_env", any_of(
        "set", "add", "change", "update", "export", "configure", "put", "define", "make", "switch", "create", "use", "inject", "give", "assign", "turn",
        "modify", "patch", "edit", "have", "apply", "raise", "lower", "increase", "decrease"), r"Ⓢ", None, 6),
    ("set_env", r"Ⓢ", None, None, 1),
    ("set_env", r"set|add|change|update|configure|define|create|inject|modify", r"\benv(?:ironment)? var(?:iable)?s?\b|Ⓦ|\bvariable\b", r"Ⓢ", 4),
    ("unset_env", r"unset|remove|delete|drop|clear|get rid of|take out|erase|strip|undefine", r"Ⓦ|\benv(?:ironment)? var(?:iable)?s?\b|\bvariable\b", r"Ⓢ", 6),
    ("suspend", r"suspend|pause|freeze|hold off|put (?:Ⓐ |it )on hold|hold|halt|snooze", None, rf"\bheld\b|release", 3),
    ("suspend", r"stop|disable|turn off|switch off|hold|halt|quit|cease", rf"{_SYNC}",
     r"\b(?:running|current|ongoing|in progress|in-progress)\b|\bsync\b(?<!syncing)$|the sync\b", 3),
    ("resume", r"resume|unpause|un-pause|unsuspend|un-suspend|unfreeze|un-freeze|thaw|continue", None, _HELD, 3),
    ("resume", r"(?:re-?)?enable|turn (?:back )?on|switch (?:back )?on|start|restart|turn|pick up|bring back|continue", rf"{_SYNC}", r"\boff\b|again later", 4),
    ("create_app", r"create|add|make|register|set up|spin up|launch|new|start|provision|bootstrap|build|deploy|onboard", any_of(
        r"\b(?:new )?(?:app|application)\b(?! Ⓐ)", r"\bnew (?:app|application|service)\b", r"\b(?:service|app) (?:called|named)",
        r"^(?:please )?create (?!.*\b(?:configmap|secret|manifest))"), r"Ⓦ|Ⓢ|Ⓜ|\benv\b|\bconfigmap|\bsecret|\bnamespace|\bmanifest|to the app\b", 5),
    ("delete_app", any_of(
        "delete", "remove", "destroy", r"tear(?: \w+| Ⓐ)? down", "get rid of", "uninstall", "drop", "decommission", "nuke", "retire", "erase", "wipe",
        "trash", "purge"), r"Ⓐ|Ⓩ|\bapp\b|\bapplication\b", rf"{_PIECE}|{_KIND}", 3),
    ("delete_app", r"delete|remove|destroy|uninstall", None, rf"{_PIECE}|{_KIND}|Ⓐ|\bapp", 1),
    ("delete_manifest", r"delete|remove|destroy|drop|get rid of", rf"{_KIND}|\bmanifests?\b", r"Ⓦ|\blogs?\b|\bpods?\b|\bvariable|Ⓐ (?:deployment|service)\b", 4),
    ("apply_manifest", r"apply|create|add|deploy|install|use|commit|submit|save|put", r"\bmanifests?\b|\byaml\b|\byml\b|Ⓜ", None, 5),
    ("sync", any_of(
        "(?:force )?(?:re-?)?sync(?:hroni[sz]e)?", "reconcile", "trigger a sync(?: of| for)?", "run a sync(?: of| for)?", "force a sync(?: of| for)?",
        "start a sync(?: of| for)?", "do a sync(?: of| for)?"), None, None, 3),
    ("retry", any_of(
        "(?:retry|re-try)(?: (?:the |that |this )?(?:last |same )?(?:failed|broken|stuck)(?: (?:sync|one|run|attempt)(?: of| for)?)?)?",
        "try(?: Ⓐ| it| that| the sync| syncing| the sync of Ⓐ| syncing Ⓐ)? (?:once )?again", "have another go", "re-?run the (?:failed )?sync",
        "give (?:it|Ⓐ) another try", "rerun"), None, None, 4),
    ("cancel", r"cancel|abort|stop|kill|interrupt|call off|halt", rf"\bsync\b|\brunning\b|\bongoing\b|\bin[- ]progress\b|\bcurrent\b|\brollout\b",
     r"syncing|\bauto|Ⓡ|\breview", 4),
    ("release", r"release|unhold|let|unblock|allow|proceed|go ahead|continue|free|resume|unlock", rf"{_HELD}|^(?:please )?release (?:the )?(?:revision |commit )?Ⓒ",
     r"Ⓡ|\breview|\bapp held", 5),
    ("approve", r"approve|accept|sign off(?: on)?|lgtm|ok|okay", rf"{_REVIEW}", None, 5),
    ("approve", r"approve", None, rf"{_REVIEW}|{_HELD}", 1),
    ("merge", r"merge|land", None, None, 4),
    ("reject", r"reject|decline|close|deny|turn down|refuse|discard", rf"{_REVIEW}", None, 5),
    ("reject", r"reject|decline", None, _REVIEW, 1),
)

UNSURE = (
    (any_of(
        "stop", "shut ?down", "shut (?:Ⓐ|it) down", "shut", "kill", "turn off", "turn (?:Ⓐ|it) off", "disable", "terminate", "switch off", "power off",
        "take (?:Ⓐ|it) (?:down|offline)", "bring (?:Ⓐ|it) down", "quit"), None, rf"{_SYNC}|\band (?:back )?on\b|Ⓡ|\brunning\b|\brollout\b|\breview|\bcurrent\b", ("suspend", "scale")),
    (r"delete|remove|destroy|kill|clear|purge|wipe|drop|get rid of|clean up", any_of(
        r"\bpods?\b", "Ⓓ", r"\blogs?\b", r"\bnamespaces?\b", r"\bevents?\b", r"\bhistory\b", r"\bdata(?:base)?\b", r"\bvolumes?\b", r"\bnodes?\b",
        r"\bclusters?\b", r"\bcache\b", r"\bimages?\b", r"\bbranch", r"\bcontainers?\b", r"\busers?\b", r"\btokens?\b", r"\breplicas?\b", r"\binstances?\b"), r"Ⓢ|Ⓦ|\benv|\bcreate", ("restart", "help")),
    (r"cancel|abort|stop", r"\b(?:deploy|deployment|release|rollback|restart|change)\b", rf"{_SYNC}|\brunning\b|\bin progress\b|Ⓡ",
     ("cancel", "rollback", "suspend")),
    (r"(?:Ⓐ )?(?:to )?Ⓥ", r"^\W*(?:Ⓐ )?(?:to )?Ⓥ(?: please| now)?\W*$", None, ("deploy", "rollback")),
    (r"redeploy|re-deploy|deploy (?:Ⓐ|it) again", None, rf"{_TARGET}|\blatest\b|\bnew\b|Ⓖ", ("deploy", "restart")),
)

# What may stand before an imperative; anything else before it makes the word a noun or part of a report.
BEFORE = r"""
[\s,.!"(]*(?:\b(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|yes|yeah|yep|sure|so|now|then|and|also|next|first|finally|lastly|just|quickly|immediately|asap|again|alright|right|well|good|great|thanks|oh|hmm
|can you|could you|would you|will you|can u|could u|would you mind|you can|i want to|i wanna|i'd like to|i would like to|i'd like you to|i would like you to|i want you to|i need you to|i need to|i'd love to
|let's|lets|let us|go ahead and|go and|help me|help me to|be so kind and|do me a favou?r and|try to|want to|need to|like to|time to|make sure to|remember to|if possible|if you can|when you can|when you get a chance
|klepaas|bot|team|there|after that|afterwards|do an?|perform an?|trigger an?|run an?|start an?|initiate an?|give me an?|gimme|do|kubectl|an?|the|my|our|this|that|it|its|for|in|on|at|of|from|to|with|only|app|application|service|deployment
|environment|env|cluster|namespace|pods?|replicas?|fully|safely|gracefully|manually|forcefully|simply|actually|one more thing|something is wrong so|i think|maybe not)\b[\s,:;.!-]*|[Ⓐ-Ⓩ](?:'s)?[\s,:;-]*)*
"""

# What, standing behind an imperative, takes it back or makes it a noun.
BEHIND = r"""\b(?:fail(?:s|ed|ing|ure|ures)?|history|counts?|loops?|looping|polic(?:y|ies)|status|logs?|candidates?|times?|happen(?:s|ed)?|was|were|did|does|took|takes|succeeded|worked|works|finish(?:ed)?|done|completed?|error|errors
|if|unless|when(?:ever)?|while|once|until|till|before|after|later|tomorrow|tonight|every|daily|weekly|hourly|nightly|monthly|next (?:week|month|day|time|mon|tue|wed|thu|fri|sat|sun)\w*|at (?:noon|midnight|night|\d)|this (?:evening|afternoon|weekend)
|in Ⓝ ?(?:s|m|h|d|sec|min|hour|day|week|minute|second)|in (?:a|an|half an|a few|a couple of) (?:minutes?|hours?|days?|while|moment|bit)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|scheduled?|except|but not|other than|apart from|excluding|rather than|instead of
|not|never|without|isn't|is|are|has|had|have|should|would|more|fewer|another|extra|additional|twice|double|half|percent|by Ⓝ|by Ⓟ|at least|at most|between|means?|safe|dangerous|possible|allowed|like (?:i|we|you)|yesterday|ago|already|too often|a lot|automatically|risky)\b|\bn't\b|%|[Ⓟ]\s?(?:-|~|or|to)\s?[ⓃⓅ]|Ⓝ\s?(?:-|~|or)\s?[ⓃⓅ]"""
