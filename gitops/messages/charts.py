"""Texts of rendering's errors: code -> (English, Korean)."""

MESSAGES = {
    "helm_missing": ("Helm is not installed here: pip install helm-python-sdk, or put a helm binary on PATH",
                     "Helm이 설치되어 있지 않습니다: pip install helm-python-sdk 를 실행하거나 helm 실행 파일을 PATH에 두세요"),
    "kustomize_missing": ("this folder is a kustomization; install kubectl or kustomize to render it", "kustomization 폴더입니다. kubectl 또는 kustomize를 설치하세요"),
    "kustomize_remote": ("a kustomization may only build on what is in the repository, not on {entry}", "kustomization은 저장소 안의 것만 참조할 수 있습니다: {entry}"),
    "kustomize_no_entry": ("{entry} is not in the repository", "{entry} 이(가) 저장소에 없습니다"),
    "sops_missing": ("these values are encrypted with SOPS: put a sops binary on PATH to render them", "SOPS로 암호화된 값입니다. 렌더링하려면 sops 실행 파일을 PATH에 두세요"),
    "sops_failed": ("SOPS cannot decrypt this: {detail}", "SOPS로 복호화할 수 없습니다: {detail}"),
    "values_sealed": ("this file is encrypted as a whole, so that any edit would break its seal: change it with `sops` and commit it", "파일 전체가 암호화되어 있어 여기서 고칠 수 없습니다. `sops` 로 바꿔 커밋하세요"),
    "render_failed": ("this does not render: {detail}", "렌더링할 수 없습니다: {detail}"),
    "render_timeout": ("rendering took longer than {seconds} s and was stopped", "렌더링이 {seconds}초를 넘어 중단했습니다"),
    "render_memory": ("rendering took more than {megabytes} MB and was stopped", "렌더링이 {megabytes} MB를 넘어 중단했습니다"),
    "render_died": ("rendering this ended the render process", "렌더링 중 프로세스가 종료되었습니다"),
    "render_not_started": ("the render process does not start: {detail}", "렌더링 프로세스를 시작할 수 없습니다: {detail}"),
    "chart_missing": ("the chart of {app} is no folder of the repository", "{app} 의 차트 폴더가 저장소에 없습니다"),
    "chart_too_large": ("the chart is larger than {limit} bytes", "차트가 {limit} 바이트보다 큽니다"),
    "object_twice": ("{kind} {name} is rendered twice", "{kind} {name} 이 두 번 렌더링됩니다"),
    "rendered_no_object": ("what {source} renders is no object: it needs apiVersion, kind and metadata.name, each as text", "{source} 의 결과에 apiVersion, kind, metadata.name이 문자열로 있어야 합니다"),
}
