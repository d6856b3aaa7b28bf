package io.storegrid.api.operations;

import io.javalin.http.Context;
import io.storegrid.api.http.Replies;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The contract for people and tools: {@code /openapi.yaml}, the browsable {@code /docs}, and a page for each problem
 * code. Everything comes from the class path, so it works without a network. Thread-safe.
 */
public final class DocumentRoutes {

    private static final String WEBJAR_PROPERTIES = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
    private static final String OWN = "/io/storegrid/api/docs/";

    /** Nothing from elsewhere; Swagger UI sets style attributes and draws its icons from data addresses. */
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; font-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

    private static final String PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    /** A file of the page, read once. */
    private static final class Asset {

        private final byte[] bytes;
        private final String contentType;

        private Asset(byte[] bytes, String contentType) {
            this.bytes = bytes;
            this.contentType = contentType;
        }
    }

    private record ProblemPage(String type, String title, int status, String code, String meaning) {}

    private final byte[] contract;
    private final byte[] docsPage;
    private final Map<String, Asset> assets;

    public DocumentRoutes() {
        contract = resource("/openapi.yaml");
        docsPage = resource(OWN + "index.html");
        String webjar = WEBJAR + webjarVersion() + "/";
        assets = Map.of(
                "swagger-ui.css", new Asset(resource(webjar + "swagger-ui.css"), "text/css"),
                "swagger-ui-bundle.js", new Asset(resource(webjar + "swagger-ui-bundle.js"), "text/javascript"),
                "favicon-32x32.png", new Asset(resource(webjar + "favicon-32x32.png"), "image/png"),
                "init.js", new Asset(resource(OWN + "init.js"), "text/javascript"));
    }

    public void contract(Context ctx) {
        ctx.contentType("application/yaml")
                .header("Cache-Control", Replies.ASK_FIRST)
                .result(contract);
    }

    public void docs(Context ctx) {
        ctx.contentType("text/html; charset=utf-8")
                .header("Cache-Control", Replies.ASK_FIRST)
                .header("Content-Security-Policy", CONTENT_POLICY)
                .result(docsPage);
    }

    public void asset(Context ctx) {
        Asset asset = assets.get(ctx.pathParam("file"));
        if (asset == null) {
            throw Problem.of(ProblemCode.ROUTE_NOT_FOUND, "Nothing is served under " + ctx.path() + ".")
                    .exception();
        }
        ctx.contentType(asset.contentType)
                .header("Cache-Control", "public, max-age=3600")
                .result(asset.bytes);
    }

    public void problem(Context ctx) {
        String name = ctx.pathParam("code");
        ProblemCode code = ProblemCode.of(name)
                .orElseThrow(() -> Problem.of(ProblemCode.ROUTE_NOT_FOUND, "There is no problem code " + name + ".")
                        .exception());
        if (prefersHtml(ctx.header("Accept"))) {
            ctx.contentType("text/html; charset=utf-8")
                    .header("Cache-Control", Replies.FOR_A_MINUTE)
                    .header("Vary", "Accept")
                    .header("Content-Security-Policy", PAGE_POLICY)
                    .result(html(code));
        } else {
            ctx.header("Vary", "Accept");
            Replies.json(
                    ctx,
                    200,
                    Replies.FOR_A_MINUTE,
                    new ProblemPage(code.type(), code.title(), code.status(), code.code(), code.meaning()));
        }
    }

    private static boolean prefersHtml(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        int html = accept.indexOf("text/html");
        int json = accept.indexOf("application/json");
        return html >= 0 && (json < 0 || html < json);
    }

    /** The texts are constants of ours without characters that HTML would read otherwise. */
    private static String html(ProblemCode code) {
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
                <h1>%s</h1>
                <p><code>%s</code>, status %d</p>
                <p>%s</p>
                </html>
                """.formatted(code.title(), code.title(), code.code(), code.status(), code.meaning());
    }

    private static String webjarVersion() {
        Properties properties = new Properties();
        try (InputStream in = DocumentRoutes.class.getResourceAsStream(WEBJAR_PROPERTIES)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + WEBJAR_PROPERTIES, e);
        }
        return properties.getProperty("version", "");
    }

    private static byte[] resource(String name) {
        try (InputStream in = DocumentRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing on the class path: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + name, e);
        }
    }
}
