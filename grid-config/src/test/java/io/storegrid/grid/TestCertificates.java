package io.storegrid.grid;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Keys and certificates for tests, made by the JDK's own tool. Each stands for itself: it is its own authority. */
final class TestCertificates {

    static final String PASSWORD = "segredo-de-teste";

    private final Path directory;

    TestCertificates(Path directory) throws IOException {
        this.directory = directory;
        Files.writeString(directory.resolve("password"), PASSWORD);
    }

    /** A key with a certificate for all addresses of loopback that tests use; the PKCS#12 file. */
    Path key(String name) throws IOException {
        Path store = directory.resolve(name + ".p12");
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-keystore",
                store.toString());
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                name,
                "-keystore",
                store.toString(),
                "-file",
                certificate(name).toString());
        return store;
    }

    /** The certificate of a key that was made before, as PEM. */
    Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }

    /** A PKCS#12 file that trusts the certificates of keys that were made before. */
    Path trusting(String... names) throws IOException {
        Path store = directory.resolve("trust-" + String.join("-", names) + ".p12");
        for (String name : names) {
            keytool(
                    "-importcert",
                    "-noprompt",
                    "-alias",
                    name,
                    "-file",
                    certificate(name).toString(),
                    "-keystore",
                    store.toString());
        }
        return store;
    }

    /** What a node has to be told to use both. */
    Map<Setting, String> settings(Path keyStore, Path trustStore) {
        return Map.of(
                Setting.TLS_KEY_STORE,
                keyStore.toString(),
                Setting.TLS_TRUST_STORE,
                trustStore.toString(),
                Setting.TLS_PASSWORD_FILE,
                directory.resolve("password").toString());
    }

    private void keytool(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
