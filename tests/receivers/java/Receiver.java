// A receiver on the HTTP server of the JDK, run from its source: java -cp '/usr/share/java/*' Receiver.java
// The point to get right is to take bytes and to stay with bytes: a body that was a String has lost those that are not
// UTF-8, and was read in the encoding of the machine.

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    private static final int MAX_BODY = 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Sessions SESSIONS = new Sessions();

    static boolean isSigned(String header, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Plumbing.SECRET, "HmacSHA256"));
        String expected = "hmac-sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        return header != null && MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), header.getBytes(StandardCharsets.UTF_8));
    }

    static void webhook(HttpExchange exchange) throws IOException, GeneralSecurityException {
        if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, Map.of("error", "only POST"));
            return;
        }
        InputStream in = exchange.getRequestBody();
        byte[] body = in.readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            in.transferTo(OutputStream.nullOutputStream()); // else the sender might never read the answer
            answer(exchange, 413, Map.of("error", "body too large"));
            return;
        }

        boolean macOk = isSigned(exchange.getRequestHeaders().getFirst("X-WMS-Content-MAC"), body);
        Event event = macOk ? Event.read(JSON, body) : null;
        int status = !macOk ? 401 : event == null ? 400 : 204;
        if (event != null) {
            SESSIONS.add(event);
        }
        Plumbing.record(JSON, exchange, body, macOk, status);
        switch (status) {
            case 401 -> answer(exchange, 401, Map.of("error", "wrong MAC"));
            case 400 -> answer(exchange, 400, Map.of("error", "not an event"));
            default -> answer(exchange, 204, null);
        }
    }

    static void session(HttpExchange exchange) throws IOException {
        // As it was sent: what stands behind the slash is decoded once. URLDecoder is for forms, where + is a space.
        String encoded = exchange.getRequestURI().getRawPath().substring("/sessions/".length());
        Object found = SESSIONS.find(URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8));
        if (found == null) {
            answer(exchange, 404, Map.of("error", "no such session"));
        } else {
            answer(exchange, 200, found);
        }
    }

    static void answer(HttpExchange exchange, int status, Object message) throws IOException {
        if (message == null || exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        byte[] bytes = JSON.writeValueAsBytes(message);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static void handle(HttpExchange exchange) {
        try (exchange) {
            String path = Objects.requireNonNullElse(exchange.getRequestURI().getRawPath(), "");
            boolean get = exchange.getRequestMethod().equals("GET");
            if (path.equals("/webhook")) {
                webhook(exchange);
            } else if (get && path.startsWith("/sessions/")) {
                session(exchange);
            } else if (get && path.equals("/healthz")) {
                answer(exchange, 200, Map.of("ok", true));
            } else {
                answer(exchange, 404, Map.of("error", "not found"));
            }
        } catch (IOException gone) {
            // The sender hung up: nothing to answer.
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    public static void main(String[] args) throws IOException {
        HttpServer server = Plumbing.bind();
        server.createContext("/", Receiver::handle);
        server.setExecutor(Executors.newFixedThreadPool(64));
        server.start();
        Plumbing.ready(server);
    }
}

/** An event whose MAC is right. What it has beyond this is none of our business. */
record Event(String session, long sequence, String code, String severity, String measurement, String hash) {
    private static final int MAX_TEXT = 1_024;

    /** The event in a body, or null. */
    static Event read(ObjectMapper json, byte[] body) {
        JsonNode message;
        try {
            message = json.readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JacksonException notJson) {
            return null;
        }
        JsonNode sequence = message.path("sequence");
        // 1.0 and 1e2 are integers that somebody else's printer wrote; infinity is not.
        boolean fine = isText(message.path("sessionId")) && isText(message.path("event"))
            && sequence.isNumber() && sequence.doubleValue() % 1 == 0;
        if (!fine) {
            return null;
        }
        JsonNode measurement = message.path("payload").path("measurementId");
        return new Event(
            message.path("sessionId").textValue(),
            (long) sequence.doubleValue(),
            message.path("event").textValue(),
            message.path("severity").asText(),
            isText(measurement) ? measurement.textValue() : null,
            sha256(body));
    }

    private static boolean isText(JsonNode node) {
        String text = node.isTextual() ? node.textValue() : "";
        // Half of a surrogate pair, escaped in JSON, is a String but no text.
        return !text.isEmpty() && text.length() <= MAX_TEXT && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static String sha256(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }
}

/**
 * What is known of each session; yours has a table with a unique index instead. It depends on which events came, and not
 * on how often or in which order. An event is known by its body: a page that is loaded again may count from 0 again, and
 * what is sent twice has the same bytes.
 */
class Sessions {
    private static final int MAX_SESSIONS = 10_000;
    private static final int MAX_EVENTS = 1_000; // of a session
    private static final Set<String> FAILURES = Set.of("CAMERA_PERMISSION_DENIED", "CONSTRAINT_VIOLATION",
        "WEBSOCKET_RECONNECTION_FAILED", "API_ERROR", "LOW_SNR", "GENERAL_ERROR");

    private final Map<String, Map<String, Event>> sessions = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<String, Event>> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    synchronized void add(Event event) {
        Map<String, Event> events = sessions.computeIfAbsent(event.session(), id -> new HashMap<>());
        if (events.size() < MAX_EVENTS) {
            events.put(event.hash(), event);
        }
    }

    /** Null if nothing has come. */
    synchronized Map<String, Object> find(String session) {
        if (!sessions.containsKey(session)) {
            return null;
        }
        Collection<Event> events = sessions.get(session).values();
        Map<String, Integer> counts = new TreeMap<>();
        events.forEach(event -> counts.merge(event.code(), 1, Integer::sum));
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("sessionId", session);
        found.put("outcome", outcome(events, counts.keySet()));
        found.put("measurementId", measurement(events));
        found.put("events", events.size());
        found.put("lastSequence", events.stream().mapToLong(Event::sequence).max().getAsLong());
        found.put("counts", counts);
        return found;
    }

    private static String outcome(Collection<Event> events, Set<String> codes) {
        if (codes.contains("RESULTS_RECEIVED")) {
            return "completed";
        }
        if (codes.contains("MEASUREMENT_CANCELED")) {
            return "canceled";
        }
        if (codes.stream().anyMatch(FAILURES::contains) || events.stream().anyMatch(event -> event.severity().equals("ERROR"))) {
            return "failed";
        }
        return codes.contains("PAGE_UNLOADED") ? "abandoned" : null;
    }

    /** The measurement of the event with the highest sequence. The ID decides between two, so that their order does not. */
    private static String measurement(Collection<Event> events) {
        return events.stream()
            .filter(event -> event.measurement() != null)
            .max(Comparator.comparingLong(Event::sequence).thenComparing(Event::measurement))
            .map(Event::measurement)
            .orElse(null);
    }
}

/** What the tests need around a receiver and a receiver of yours does not: the record, the ready line, the ending. */
class Plumbing {
    static final byte[] SECRET = secret();
    private static final String RECORD = System.getenv("RECORD");
    private static int received = 0;

    private static byte[] secret() {
        String secret = System.getenv("WMS_MAC_SECRET");
        if (secret == null || secret.isEmpty()) {
            System.err.println("WMS_MAC_SECRET is not set");
            System.exit(2);
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    static HttpServer bind() throws IOException {
        int port = Integer.parseInt(Objects.requireNonNullElse(System.getenv("PORT"), "0"));
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
    }

    static void ready(HttpServer server) {
        Thread end = new Thread(() -> {
            // The parent holds our stdin: when it dies, however it dies, so do we.
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException closed) {
                // As good as its end.
            }
            Runtime.getRuntime().halt(0);
        });
        end.setDaemon(true);
        end.start();
        System.out.println("{\"type\":\"ready\",\"port\":" + server.getAddress().getPort() + "}");
    }

    /** Written before the answer goes out, so that whoever has an answer finds its line in the record. */
    static synchronized void record(ObjectMapper json, HttpExchange exchange, byte[] body, boolean macOk, int status) throws IOException {
        received += 1;
        if (RECORD == null) {
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("n", received);
        line.put("at_ms", System.currentTimeMillis());
        line.put("mac_ok", macOk);
        line.put("status", status);
        line.put("headers", headers);
        line.put("body", new String(body, StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>(List.of(json.writeValueAsString(line)));
        Files.write(Path.of(RECORD), lines, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
    }
}
