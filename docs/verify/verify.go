// Usage: WMS_MAC_SECRET=... go run verify.go BODY-FILE 'hmac-sha256=...'
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

func isValid(secret, body []byte, header string) bool {
	// begin
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	expected := "hmac-sha256=" + hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(expected), []byte(header))
	// end
}

func main() {
	secret := os.Getenv("WMS_MAC_SECRET")
	if secret == "" || len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: WMS_MAC_SECRET=... verify BODY-FILE 'hmac-sha256=...'")
		os.Exit(2)
	}
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	header := ""
	if len(os.Args) > 2 {
		header = os.Args[2]
	}
	if !isValid([]byte(secret), body, header) {
		fmt.Println("invalid")
		os.Exit(1)
	}
	fmt.Println("valid")
}
