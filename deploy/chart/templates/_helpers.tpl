{{- define "klepaas.name" -}}{{ .Values.fullnameOverride | default .Release.Name | trunc 50 | trimSuffix "-" }}{{- end }}

{{- define "klepaas.image" -}}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{- end }}

{{- define "klepaas.selector" -}}
app.kubernetes.io/name: klepaas
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "klepaas.labels" -}}
{{ include "klepaas.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | replace "@" "_" | replace ":" "_" | trunc 63 | trimAll "-_." | quote }}
{{- end }}

{{- define "klepaas.namespaces" -}}{{ .Values.rbac.namespaces | default (list .Release.Namespace) | uniq | toJson }}{{- end }}

{{- /* What every pod of ours is: no user with rights, nothing to write to but its own folders. */ -}}
{{- define "klepaas.pod" -}}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
volumes:
  - {name: home, emptyDir: {sizeLimit: {{ .root.Values.home.sizeLimit }}}}
  - {name: tmp, emptyDir: {sizeLimit: {{ .root.Values.temporary.sizeLimit }}}}
  {{- with .root.Values.sshSecret }}
  - {name: ssh, secret: {secretName: {{ . | quote }}, defaultMode: 0440}}
  {{- end }}
  {{- if and .root.Values.kubeconfigSecret (eq .part "controller") }}
  - {name: kubeconfig, secret: {secretName: {{ .root.Values.kubeconfigSecret | quote }}, defaultMode: 0440}}
  {{- end }}
{{- end }}

{{- define "klepaas.container" -}}
image: {{ include "klepaas.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: home, mountPath: /var/lib/klepaas}
  - {name: tmp, mountPath: /tmp}
  {{- if .root.Values.sshSecret }}
  - {name: ssh, mountPath: /var/lib/klepaas/.ssh, readOnly: true}
  {{- end }}
  {{- if and .root.Values.kubeconfigSecret (eq .part "controller") }}
  - {name: kubeconfig, mountPath: /etc/klepaas/kubeconfig, readOnly: true}
  {{- end }}
{{- end }}

{{- define "klepaas.settings" -}}
{{- range $name, $value := .Values.settings }}
{{- if ne (toString $value) "" }}
{{ $name }}: {{ toString $value | quote }}
{{- end }}
{{- end }}
KLEPAAS_HOME: /var/lib/klepaas
PORT: "8080"
{{- end }}

{{- define "klepaas.secrets" -}}
{{- $secret := required "existingSecret: the name of a Secret with DATABASE_URL and SECRET_KEY" .root.Values.existingSecret }}
{{- range index .root.Values.secretKeys.required .part }}
- {name: {{ . }}, valueFrom: {secretKeyRef: {name: {{ $secret | quote }}, key: {{ . }}}}}
{{- end }}
{{- range index .root.Values.secretKeys.optional .part }}
- {name: {{ . }}, valueFrom: {secretKeyRef: {name: {{ $secret | quote }}, key: {{ . }}, optional: true}}}
{{- end }}
- {name: HOME, value: /var/lib/klepaas}
{{- end }}

{{- define "klepaas.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {{ include "klepaas.selector" . | fromYaml | toJson }}}
{{- with (index .root.Values .part).nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with (index .root.Values .part).tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with (index .root.Values .part).affinity }}
affinity: {{ toJson . }}
{{- end }}
{{- end }}

{{- /* What the controller may do in a namespace, as rules. */}}
{{- define "klepaas.writing" -}}
{{- range .Values.rbac.kinds }}
- {apiGroups: {{ toJson .apiGroups }}, resources: {{ toJson .resources }}, verbs: [get, list, watch, create, patch, delete]}
{{- end }}
{{- if .Values.rbac.secrets }}
- {apiGroups: [""], resources: [secrets], verbs: [get, list, watch, create, patch, delete]}
{{- end }}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}
- {apiGroups: [""], resources: [pods], verbs: [get, list]}
- {apiGroups: [""], resources: [pods/log], verbs: [get]}
- {apiGroups: [apps], resources: [replicasets], verbs: [list]}
- {apiGroups: [""], resources: [events], verbs: [list, watch, create, patch]}
{{- with .Values.rbac.rules }}{{ toYaml . | nindent 0 }}{{ end }}
{{- end }}

{{- /* What web may read in one. */}}
{{- define "klepaas.reading" -}}
{{- range .Values.rbac.kinds }}
- {apiGroups: {{ toJson .apiGroups }}, resources: {{ toJson .resources }}, verbs: [get, list]}
{{- end }}
- {apiGroups: [""], resources: [pods, events], verbs: [get, list]}
- {apiGroups: [""], resources: [pods/log], verbs: [get]}
- {apiGroups: [apps], resources: [replicasets], verbs: [get, list]}
{{- with .Values.rbac.webRules }}{{ toYaml . | nindent 0 }}{{ end }}
{{- end }}
