package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags and the headers that state conditions on them (RFC 9110, 13). A tag is the resource's version in quotes,
 * always strong. Thread-safe.
 *
 * <p>{@code If-Match} takes one tag here: a command carries one version to the lane that decides on it. A tag that
 * cannot be a version of ours matches nothing.
 */
public final class Preconditions {

    /** A version that no resource has. */
    public static final long NO_VERSION = Long.MAX_VALUE;

    private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"");
    private static final int VERSION_DIGITS_MAX = 18;

    private Preconditions() {}

    /** The tag of {@code version}. */
    public static String tag(long version) {
        return "\"" + version + "\"";
    }

    /** The version to replace, or 0 to create; 428 when the request says neither. */
    public static long replaceOrCreate(Context ctx) {
        String match = ctx.header("If-Match");
        String noneMatch = ctx.header("If-None-Match");
        if (match != null && noneMatch != null) {
            throw Problems.invalidParameter("If-Match", "and If-None-Match exclude each other")
                    .exception();
        }
        if (noneMatch != null) {
            if (!noneMatch.trim().equals("*")) {
                throw Problems.invalidParameter("If-None-Match", "must be * on a write")
                        .exception();
            }
            return 0;
        }
        return required(match, "If-Match with the current version, or If-None-Match: * to create, is needed.");
    }

    /** The version to change; 428 when the request does not say. */
    public static long replace(Context ctx) {
        return required(ctx.header("If-Match"), "If-Match with the current version is needed.");
    }

    /** The version to change; 0 when the request does not say or says {@code *}. */
    public static long optional(Context ctx) {
        String match = ctx.header("If-Match");
        return match == null || match.trim().equals("*") ? 0 : version(match);
    }

    /**
     * Whether the caller has this version already. Sets the tag either way, and the status 304 if so.
     */
    public static boolean notModified(Context ctx, long version) {
        ctx.header("ETag", tag(version));
        String noneMatch = ctx.header("If-None-Match");
        if (noneMatch == null || !lists(noneMatch, version)) {
            return false;
        }
        ctx.status(304);
        return true;
    }

    static boolean lists(String header, long version) {
        if (header.trim().equals("*")) {
            return true;
        }
        Matcher tags = TAG.matcher(header);
        while (tags.find()) {
            if (tags.group(2).equals(Long.toString(version))) {
                return true;
            }
        }
        return false;
    }

    private static long required(@Nullable String match, String detail) {
        if (match == null) {
            throw Problem.of(ProblemCode.PRECONDITION_REQUIRED, detail).exception();
        }
        if (match.trim().equals("*")) {
            throw Problems.invalidParameter("If-Match", "must name a version, as the ETag of a GET does")
                    .exception();
        }
        return version(match);
    }

    static long version(String match) {
        Matcher tag = TAG.matcher(match.trim());
        if (!tag.matches()) {
            throw Problems.invalidParameter("If-Match", "must be one entity tag, such as \"7\"")
                    .exception();
        }
        String digits = tag.group(2);
        boolean plain = tag.group(1) == null
                && !digits.isEmpty()
                && digits.length() <= VERSION_DIGITS_MAX
                && digits.charAt(0) != '0'
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Long.parseLong(digits) : NO_VERSION;
    }
}
