package io.storegrid.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** A walk over all pages of the catalogue that must come past certain SKUs, and past none twice. Not thread-safe. */
final class CatalogueWalk {

    private final Set<String> missing;
    private final Set<String> seen = new HashSet<>();

    CatalogueWalk(Collection<String> wanted) {
        this.missing = new HashSet<>(wanted);
    }

    /** Takes the next page; {@link Books#SOUND}, or what is wrong so far; what is missing shows on the last page. */
    String page(String body) {
        JsonNode page = Books.parse(body);
        for (JsonNode item : page.path("items")) {
            String sku = item.path("sku").asText();
            missing.remove(sku);
            if (!seen.add(sku)) {
                return sku + " is listed twice";
            }
        }
        boolean last = page.path("page").path("nextCursor").asText("").isEmpty();
        return !last || missing.isEmpty()
                ? Books.SOUND
                : missing.size() + " products are not listed, such as "
                        + missing.iterator().next();
    }
}
