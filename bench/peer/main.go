// Command peer serves KV v2 out of Vault's own unmodified code: core, HTTP, raft on disk, the KV plugin and
// the file audit. The rest of Vault is left out, for it is not in the way of a read or a write. It starts
// sealed and empty, as `vault server` does, and ends with its process.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/audit/file"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/physical/raft"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/vault"
)

func main() {
	data := flag.String("data", "", "folder of raft's files")
	clusterPort := flag.Int("cluster-port", 0, "port on loopback for other nodes, which never come")
	flag.Parse()
	if err := serve(*data, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: *clusterPort}); err != nil {
		log.Fatal(err)
	}
}

func serve(data string, cluster *net.TCPAddr) error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	store, err := raft.NewRaftBackend(map[string]string{"path": data, "node_id": "peer"}, logger)
	if err != nil {
		return err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:        store,
		HAPhysical:      store.(physical.HABackend),
		StorageType:     "raft",
		BuiltinRegistry: onlyKV{},
		LogicalBackends: map[string]logical.Factory{"kv": kv.Factory},
		AuditBackends:   map[string]audit.Factory{"file": file.Factory},
		DisableMlock:    true,
		Logger:          logger,
		RedirectAddr:    address,
		ClusterAddr:     "https://" + cluster.String(),
	})
	if err != nil {
		return err
	}
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core})
	core.SetClusterListenerAddrs([]*net.TCPAddr{cluster})
	core.SetClusterHandler(handler)
	fmt.Println("Peer is ready at", address)
	// The times are those of `vault server`.
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       5 * time.Minute,
	}
	return server.Serve(listener)
}
