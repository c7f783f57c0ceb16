{{- define "colega.name" -}}
{{- printf "%s" .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "colega.selector" -}}
app.kubernetes.io/name: colega
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "colega.labels" -}}
{{ include "colega.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}
