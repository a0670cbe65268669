#!/usr/bin/env bash
# deploy_tools.sh helm|kube|validate: makes the tools of tests/deploy once and keeps them; prints the folder they are in.
#   helm      helm, built with Go at a pinned version
#   kube      etcd and kube-apiserver, likewise
#   validate  kubernetes-validate, which carries the schemas of many Kubernetes versions, in a Python environment
# A tool that cannot be made is a failure: the tests do not skip what they cannot check.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${TOWLINE_DEPLOY_CACHE:-$HOME/.cache/towline/deploy}
helm=v4.3.1 kubernetes=v1.36.3 staging=v0.36.3 etcd=v3.6.8
bin=$cache/bin
mkdir -p "$bin"
exec 9>"$cache/lock-${1:-}"
flock 9

go_or_fail() { command -v go >/dev/null || { echo "deploy_tools.sh: Go 1.26 or newer is needed to build $1" >&2; exit 1; }; }

make_helm() {
    [ -x "$bin/helm" ] && [ -f "$cache/.helm-$helm" ] && return
    go_or_fail helm
    GOBIN=$bin GOFLAGS=-trimpath go install -ldflags='-s -w' "helm.sh/helm/v4/cmd/helm@$helm" >&2
    touch "$cache/.helm-$helm"
}

# Kubernetes' module replaces its own parts by folders that are not in it, so `go install` refuses it; a module of ours
# that replaces them by their published versions builds.
make_kube() {
    [ -x "$bin/kube-apiserver" ] && [ -x "$bin/etcd" ] && [ -f "$cache/.kube-$kubernetes-$etcd" ] && return
    go_or_fail kube-apiserver
    local work; work=$(mktemp -d)
    (
        cd "$work"
        export GOFLAGS="-mod=mod -trimpath"
        go mod download "k8s.io/kubernetes@$kubernetes" >&2
        {
            printf 'module kubetools\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes %s\nrequire go.etcd.io/etcd/server/v3 %s\nreplace (\n' "$kubernetes" "$etcd"
            grep -oE '^[[:space:]]+k8s.io/[a-z0-9-]+ => ./staging' "$(go env GOMODCACHE)/k8s.io/kubernetes@$kubernetes/go.mod" | awk -v v="$staging" '{print "\t"$1" => "$1" "v}'
            echo ')'
        } > go.mod
        printf '//go:build tools\n\npackage tools\n\nimport (\n\t_ "go.etcd.io/etcd/server/v3/etcdmain"\n\t_ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n)\n' > tools.go
        go mod tidy >&2
        local flags="-s -w" package
        for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
            flags="$flags -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=36"
        done
        go build -ldflags="$flags" -o "$bin/etcd" go.etcd.io/etcd/server/v3 >&2
        go build -ldflags="$flags" -o "$bin/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver >&2
    )
    rm -rf "$work"
    touch "$cache/.kube-$kubernetes-$etcd"
}

make_validate() {
    local venv=$cache/validate-$(sha256sum "$here/../deploy/requirements.txt" | cut -c1-12)
    if [ ! -f "$venv/.complete" ]; then
        rm -rf "$venv"
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/../deploy/requirements.txt" >&2
        touch "$venv/.complete"
    fi
    ln -sfn "$venv/bin/kubernetes-validate" "$bin/kubernetes-validate"
}

case ${1:-} in
    helm | kube | validate) "make_$1" ;;
    *) sed -n '2,6p' "$0" >&2; exit 2 ;;
esac
echo "$bin"
