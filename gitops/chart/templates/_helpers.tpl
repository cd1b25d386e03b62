{{- define "app.name" -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default (include "app.name" .) }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "app.labels" -}}
{{ include "app.selector" . }}
{{- with .Values.image.tag }}
app.kubernetes.io/version: {{ . | toString | replace "+" "_" | trunc 63 | trimAll "-_." | quote }}
{{- end }}
app.kubernetes.io/managed-by: klepaas
{{- end }}
{{- define "app.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "app.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}
{{- define "app.port" -}}{{ .Values.service.targetPort | default .Values.service.port }}{{- end }}
