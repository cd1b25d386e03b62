"""English words that are no unknown name and no app's name misspelt: the common ones, and those of every pattern."""

import re

from nlp.lexicon import changes_en, guards, reads
from nlp.lexicon.names import KINDS

_COMMON = frozenset("""
a about above add after again all also an and any anything app application applications apps apply approve are around as asap at back be because been before being below
better between both bounce branch bring build bump but by call called can candidate candidates change changed changes check close cluster code commit commits compare
config configmap configmaps configuration container containers copies copy cost costs could count crash crashed crashes create created currently cut daemonset database
date day days decrease delete deleted deploy deployed deploying deployment deployments describe detail details did diff difference different do does doing domain domains don
done down drop due each edit else endpoint endpoints env environment error errors ever every everything events event exactly except expose failed failing fails false fast fine
find finish finished first fix for forecast freeze from gateway get give go going good got grow had happen happened happening has have he health healthy hello help her here hey hi
him his history hold host hour hours how i if image images in increase ingress ingresses inside instance instances into is issue it its job jobs just keep keeps kill know kubectl
last late later latest launch less let lets like line lines link list listed live load log logs long look lower make make manifest many may me memory merge merged minute
minutes mode month more most move much must my name named names namespace namespaces need needs never new newest next no node nodes none nope not now number of off ok okay on once
one only onto open or order other our out over overview page pause paused pending perform please pod pods point port ports possible pr press previous price problem problems prod
production promote promql proxy push put query quick quickly raise reach ready really reboot recent redeploy reduce refresh reject release released remove removed replica replicas
report requests restart restarted restarting restarts restore result resume retry return revert review reviews right roll rollback rolled rollout route run running runs safe said same
save say scale scaled scaling schedule secret secrets see send server servers service services set setting settings she should show since size slow so some something spec
spin stable stage staging start started starting state status step stop stopped stuck suspend suspended sync synced syncing tag take tell ten test tests than thank thanks that
the their them then there these they thing things think this three through time times to today together tomorrow tonight too top trigger true try turn two undo unhealthy unset until up
update updated upgrade url urls us usage use used user using value values variable variables version versions very via view visible want was wait way we week weeks well went were what
when where which while who why will wish with without won work working works world would write wrong yes yesterday yet you your yours four five six seven eight nine eleven twelve
yaml json http https null none text value file files sha main master git repo repository head debug info warn warning trace dev develop stg prd qa sandbox default public private internal external
recently currently actually really maybe probably perhaps basically simply exactly kindly mostly mainly already soon immediately directly properly correctly
carefully instantly shortly somehow anyway though although however whatever whenever wherever everyone someone anybody nobody anyone nothing somewhere ago early
earlier lately often usually sometimes rarely behind beside without within across against along among during except per via versus whether either neither nor rather
quite almost nearly enough bit lot lots couple few several half double triple twice kind sort type part piece place point thing stuff guys team people person user
users customer customers boss manager colleague friend mate dude folks sir today morning evening night afternoon noon week weekend monday tuesday wednesday thursday
friday saturday sunday january february march april june july august september october november december hr hrs mins secs traffic load busy idle peak spike spikes
capacity heavy light big small bigger smaller large larger huge tiny high low higher fully partly ahead round sure sorry hmm umm well cool nice great awesome perfect
thank thx ty cheers kindly appreciated possible impossible necessary needed required urgent urgently asap quick fast slowly quietly smoothly safely gracefully
manually
""".split())

_PATTERNS = [text for rows in (changes_en.ROWS, changes_en.UNSURE, reads.ROWS, guards.SENTENCE, guards.CLAUSE) for row in rows for text in row if isinstance(text, str)] + [changes_en.BEFORE, changes_en.BEHIND]
KNOWN = _COMMON | frozenset(word for words in KINDS.values() for word in words if word.isascii()) | frozenset(word for text in _PATTERNS for word in re.findall(r"[a-z]{2,}", re.sub(r"\\[a-z]", " ", text)))
