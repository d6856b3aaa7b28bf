package io.storegrid.api.json;

/** The bytes are no JSON document as we read them; the message says where and why, for the caller's eyes. */
public final class MalformedJson extends Exception {

    private final String detail;

    public MalformedJson(String detail) {
        super(detail, null, false, false);
        this.detail = detail;
    }

    /** What is wrong, and where. */
    public String detail() {
        return detail;
    }
}
