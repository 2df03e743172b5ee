// Usage: WMS_MAC_SECRET=... java Verify.java BODY-FILE 'hmac-sha256=...'

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Verify {
    static boolean isValid(String secret, byte[] body, String header) throws GeneralSecurityException {
        // begin
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        String expected = "hmac-sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        return header != null && MessageDigest.isEqual(expected.getBytes(UTF_8), header.getBytes(UTF_8));
        // end
    }

    public static void main(String[] args) throws Exception {
        String secret = System.getenv("WMS_MAC_SECRET");
        if (secret == null || secret.isEmpty() || args.length < 1) {
            System.err.println("usage: WMS_MAC_SECRET=... java Verify.java BODY-FILE 'hmac-sha256=...'");
            System.exit(2);
        }
        boolean valid = isValid(secret, Files.readAllBytes(Path.of(args[0])), args.length > 1 ? args[1] : null);
        System.out.println(valid ? "valid" : "invalid");
        System.exit(valid ? 0 : 1);
    }
}
