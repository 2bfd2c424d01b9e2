// Vault 1.14 is what OpenBao was forked from: the last Vault under the Mozilla Public License. What is
// missing here is added to a copy of this file beside the binary.
module portafilter/bench/peer

go 1.20

require (
	github.com/hashicorp/vault v1.14.1
	github.com/hashicorp/vault-plugin-secrets-kv v0.15.0
)
