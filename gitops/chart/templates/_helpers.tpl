{{- define "app.name" -}}{{ .Values.fullnameOverride | default .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}

{{- /* What the pods are selected by. An app that was made by others keeps its own: a selector cannot be changed. */ -}}
{{- define "app.selector" -}}
{{- with .Values.selectorLabels }}{{ include "app.texts" . | trim }}{{ else }}{{ include "app.identity" . }}{{ end }}
{{- end }}

{{- define "app.identity" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default (include "app.name" .) }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "app.service" -}}{{ .Values.service.name | default (include "app.name" .) }}{{- end }}

{{- define "app.labels" -}}
{{ include "app.identity" . }}
{{- with include "app.text" .Values.image.tag }}
app.kubernetes.io/version: {{ . | replace "+" "_" | replace ":" "_" | replace "@" "_" | trunc 63 | trimAll "-_." | quote }}
{{- end }}
app.kubernetes.io/managed-by: klepaas
{{- end }}

{{- define "app.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "app.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "app.port" -}}{{ .Values.service.targetPort | default .Values.service.port }}{{- end }}

{{- /* A value as text. Helm reads every number as a float, which its own printing turns 10000000 into 1e+07. */ -}}
{{- define "app.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else if not (kindIs "invalid" .) }}{{ toJson . }}{{ end }}
{{- end }}

{{- define "app.texts" -}}
{{- range $name, $value := . }}
{{ $name | quote }}: {{ include "app.text" $value | quote }}
{{- end }}
{{- end }}

{{- /* The environment variables, given as a map or as a list of {name, value}. */ -}}
{{- define "app.env" -}}
{{- range $name, $value := . }}
{{- if kindIs "map" $ }}
- name: {{ $name | quote }}
  {{- if kindIs "map" $value }}
  {{- toYaml $value | nindent 2 }}
  {{- else }}
  value: {{ include "app.text" $value | quote }}
  {{- end }}
{{- else if hasKey $value "value" }}
- name: {{ $value.name | quote }}
  value: {{ include "app.text" $value.value | quote }}
{{- else }}
- {{- toYaml $value | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
