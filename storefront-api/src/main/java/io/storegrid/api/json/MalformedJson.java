package io.storegrid.api.json;

/** The bytes are no JSON document as we read them; the message says where and why, for the caller's eyes. */
public final class MalformedJson extends Exception {

    public MalformedJson(String message) {
        super(message, null, false, false);
    }
}
