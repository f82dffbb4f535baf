import type { Framework } from "./framework.ts";

/** https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-controller/ann-methods/requestbody.html */
export const spring: Framework = {
  name: "spring",
  title: "Spring",
  language: "java",
  revealedBy: { text: /\borg\.springframework\b|\bo\.s\.w|\bHttpServletRequest\b/ },
  code: `import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;

@RestController
class TelepathWebhook {
  private final SecretKeySpec key;

  // An empty secret throws here, and the application does not start.
  TelepathWebhook(@Value("\${TELEPATH_WEBHOOK_SECRET}") String secret) {
    key = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
  }

  // byte[]: a String or a class of events would be decoded first.
  @PostMapping("/webhooks/telepath")
  ResponseEntity<Void> receive(
      @RequestBody(required = false) byte[] body,
      @RequestHeader(name = "X-Telepath-Signature", defaultValue = "")
          String given)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(key);
    byte[] digest = mac.doFinal(body == null ? new byte[0] : body);
    String expected = "sha256=" + HexFormat.of().formatHex(digest);
    boolean signed =
        MessageDigest.isEqual(
            expected.getBytes(UTF_8), given.getBytes(UTF_8));
    return ResponseEntity.status(signed ? 200 : 401).build();
  }
}`,
};
