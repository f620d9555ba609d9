// The session-token endpoint of a host's server, with the standard library alone: CONNECT_API_KEY=… go run .
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

var (
	apiKey   = os.Getenv("CONNECT_API_KEY")
	platform = env("CONNECT_API_URL", "https://app.refold.ai")
	secure   = strings.HasPrefix(os.Getenv("HOST_ORIGIN"), "https:")
	// The key goes to the platform and not to where it might point.
	client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the platform redirected")
	}}
)

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

// ── The place of your own login ─────────────────────────────────────────────────────────────────────────────────────
// Here everybody who comes is Ada. Keep your sessions, your cookie and your CSRF token, and replace these two functions.

type session struct{ user, csrfToken string }

var (
	linkedAccounts = map[string]string{"ada": "acct_ada"} // one linked account for each customer, in your database
	sessions       sync.Map                               // id → session
)

func cookieName() string {
	if secure {
		return "__Host-session"
	}
	return "session"
}

func sessionOf(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(cookieName())
	if err != nil {
		return session{}, false
	}
	found, ok := sessions.Load(cookie.Value)
	if !ok {
		return session{}, false
	}
	return found.(session), true
}

func signIn(w http.ResponseWriter) (session, error) {
	id, err := random()
	if err != nil {
		return session{}, err
	}
	csrf, err := random()
	if err != nil {
		return session{}, err
	}
	started := session{user: "ada", csrfToken: csrf}
	sessions.Store(id, started)
	cookie := http.Cookie{Name: cookieName(), Value: id, Path: "/", HttpOnly: true, Secure: secure}
	cookie.SameSite = http.SameSiteLaxMode
	http.SetCookie(w, &cookie)
	return started, nil
}

func random() (string, error) {
	raw := make([]byte, 24)
	_, err := rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

// isOurs says whether a request that changes something comes from a page of ours: a cookie alone proves nothing.
func isOurs(r *http.Request, s session) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	given := []byte(r.Header.Get("X-CSRF-Token"))
	return (site == "" || site == "same-origin") && subtle.ConstantTimeCompare(given, []byte(s.csrfToken)) == 1
}

// sessionToken answers POST /api/session-token: a token for the customer who is signed in, whatever the request says.
func sessionToken(w http.ResponseWriter, r *http.Request) {
	session, ok := sessionOf(r)
	if !ok {
		refuse(w, http.StatusUnauthorized, "signed_out")
		return
	}
	if !isOurs(r, session) {
		refuse(w, http.StatusForbidden, "forbidden")
		return
	}
	body, err := json.Marshal(map[string]string{"linked_account_id": linkedAccounts[session.user]})
	if err != nil {
		refuse(w, http.StatusInternalServerError, "internal")
		return
	}
	// Without force_refresh the platform may hand out a token again that is nearly dead.
	address := platform + "/api/v2/public/session-token?force_refresh=true"
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		refuse(w, http.StatusBadGateway, "platform_unavailable")
		return
	}
	request.Header.Set("x-api-key", apiKey)
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		refuse(w, http.StatusBadGateway, "platform_unavailable")
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusTooManyRequests {
		wait := answer.Header.Get("Retry-After")
		if wait == "" {
			wait = "5"
		}
		w.Header().Set("Retry-After", wait)
		refuse(w, http.StatusTooManyRequests, "rate_limited")
		return
	}
	if answer.StatusCode != http.StatusOK {
		// The platform's words stay here: they are about the key. Its status is worth a line in the log.
		log.Printf("the platform answered %d", answer.StatusCode)
		refuse(w, http.StatusBadGateway, "platform_refused")
		return
	}
	// Two members and no more: the refresh token that comes along is not for browsers.
	var minted struct {
		Token     string  `json:"token"`
		ExpiresIn float64 `json:"expires_in"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(&minted)
	if err != nil || minted.Token == "" {
		refuse(w, http.StatusBadGateway, "platform_unavailable")
		return
	}
	reply(w, http.StatusOK, minted)
}

// host answers GET /api/host: what the page needs to know.
func host(w http.ResponseWriter, r *http.Request) {
	session, ok := sessionOf(r)
	if !ok {
		var err error
		if session, err = signIn(w); err != nil {
			refuse(w, http.StatusInternalServerError, "internal")
			return
		}
	}
	reply(w, http.StatusOK, map[string]string{
		"user": session.user, "csrfToken": session.csrfToken, "apiUrl": platform, "frameUrl": platform + "/frame.html",
	})
}

func refuse(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]string{"error": code})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Cookie")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print("the answer could not be written")
	}
}

// only lets one method through.
func only(method string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			refuse(w, http.StatusNotFound, "not_found")
			return
		}
		handler(w, r)
	}
}

func main() {
	if apiKey == "" {
		log.Fatal("CONNECT_API_KEY is not set: it is the platform's API key, and belongs in this server's environment")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+env("PORT", "4810"))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/api/host", only(http.MethodGet, host))
	http.HandleFunc("/api/session-token", only(http.MethodPost, sessionToken))
	fmt.Printf("http://localhost:%d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
