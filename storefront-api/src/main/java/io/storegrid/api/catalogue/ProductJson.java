package io.storegrid.api.catalogue;

import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.json.MalformedJson;
import io.storegrid.api.json.StrictJson;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.gateway.ImportLineParser;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.domain.Sku;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;

/**
 * The one place that says what a product may look like, for a PUT and for a line of an import alike. Title, category,
 * price are needed; description, attributes and mediaUrls may be left out. Thread-safe.
 */
public final class ProductJson implements ImportLineParser {

    /** The product that {@code body} describes under {@code sku}; what is wrong is noted in the body's errors. */
    public Product product(String sku, JsonObject body) {
        String title = body.line("title", 1, Limits.TITLE_LENGTH_MAX);
        String description = body.optionalProse("description", Limits.DESCRIPTION_LENGTH_MAX);
        String category = body.line("category", 1, Limits.CATEGORY_LENGTH_MAX);
        Money price = price(body.object("price"));
        Map<String, String> attributes = body.optionalTexts(
                "attributes",
                Limits.ATTRIBUTES_MAX,
                Limits.ATTRIBUTE_NAME_LENGTH_MAX,
                Limits.ATTRIBUTE_VALUE_LENGTH_MAX);
        List<String> mediaUrls = body.optionalLines("mediaUrls", Limits.MEDIA_URLS_MAX, Limits.MEDIA_URL_LENGTH_MAX);
        for (String url : mediaUrls) {
            if (!addressable(url)) {
                body.refuse("mediaUrls", "must be http or https addresses, or paths that begin with /: " + url);
            }
        }
        int maxPerOrder = (int) body.optionalInteger("maxPerOrder", 1, Limits.LINE_QUANTITY_MAX, 0);
        return new Product(sku, title, description, category, price, attributes, mediaUrls, maxPerOrder, false, 0, 0);
    }

    @Override
    public ParsedLine parse(byte[] utf8) {
        FieldErrors errors = new FieldErrors();
        JsonObject line;
        try {
            line = JsonObject.of(StrictJson.parse(utf8), errors);
        } catch (MalformedJson e) {
            return ParsedLine.refused(ProblemCode.MALFORMED_JSON.code(), e.detail());
        }
        String sku = sku(line, "sku");
        Product product = product(sku, line);
        long onHand = line.optionalInteger("onHand", 0, Limits.ON_HAND_MAX, -1);
        line.done();
        return errors.isEmpty()
                ? ParsedLine.of(product, onHand)
                : ParsedLine.refused(ProblemCode.VALIDATION_FAILED.code(), errors.summary());
    }

    /** The SKU in member {@code name}; what is wrong with it is noted. */
    public static String sku(JsonObject object, String name) {
        String sku = object.line(name, 1, Limits.SKU_LENGTH_MAX);
        if (!sku.isEmpty() && !Sku.isValid(sku)) {
            object.refuse(name, "must have the form " + Sku.FORM);
        }
        return sku;
    }

    private static Money price(JsonObject price) {
        long amount = price.integer("amountMinor", 0, Limits.PRICE_MINOR_MAX);
        String currency = currency(price, "currency");
        price.done();
        return new Money(amount, currency);
    }

    /** The currency in member {@code name}; a stand-in when it is refused. */
    public static String currency(JsonObject object, String name) {
        String currency = object.line(name, 3, 3);
        if (Money.isCurrency(currency)) {
            return currency;
        }
        if (!currency.isEmpty()) {
            object.refuse(name, "must be an ISO 4217 code such as BRL");
        }
        // ISO 4217 for "no currency"; never seen, because the refusal above ends the request.
        return "XXX";
    }

    /** Like {@link #currency}; {@code otherwise} when absent. */
    public static String optionalCurrency(JsonObject object, String name, String otherwise) {
        if (object.has(name)) {
            return currency(object, name);
        }
        object.optionalLine(name, 0, 0);
        return otherwise;
    }

    private static boolean addressable(String url) {
        if (url.startsWith("//") || url.indexOf('\\') >= 0) {
            return false;
        }
        try {
            URI uri = new URI(url);
            if (uri.getScheme() == null) {
                return url.startsWith("/");
            }
            boolean web =
                    uri.getScheme().equalsIgnoreCase("https") || uri.getScheme().equalsIgnoreCase("http");
            return web && uri.getHost() != null && uri.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
