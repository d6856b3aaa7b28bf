package io.storegrid.api.webhooks;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses a request that a stranger asked for may go to: those that anyone on the Internet could reach anyway. What
 * is not known to be such is refused (IANA's special-purpose registries, RFC 6890).
 */
final class TargetAddresses {

    private static final int V4 = 4;
    private static final int V6 = 16;

    /** Addresses that begin with the same bits. */
    private static final class Block {

        private final byte[] prefix;
        private final int bits;
        private final String name;

        private Block(byte[] prefix, int bits, String name) {
            this.prefix = prefix;
            this.bits = bits;
            this.name = name;
        }

        boolean has(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
                return false;
            }
            int rest = bits % 8;
            int mask = rest == 0 ? 0 : 0xff << (8 - rest) & 0xff;
            return rest == 0 || (address[whole] & mask) == (prefix[whole] & mask);
        }
    }

    private static final List<Block> REFUSED = List.of(
            v4("unspecified", 8, 0),
            v4("private", 8, 10),
            v4("shared (carrier-grade NAT)", 10, 100, 64),
            v4("loopback", 8, 127),
            v4("link-local", 16, 169, 254),
            v4("private", 12, 172, 16),
            v4("reserved", 24, 192, 0, 0),
            v4("documentation", 24, 192, 0, 2),
            v4("reserved", 24, 192, 88, 99),
            v4("private", 16, 192, 168),
            v4("benchmark", 15, 198, 18),
            v4("documentation", 24, 198, 51, 100),
            v4("documentation", 24, 203, 0, 113),
            v4("multicast", 4, 224),
            v4("reserved", 4, 240),
            v6("reserved", 23, 0x20, 0x01, 0x00),
            v6("documentation", 32, 0x20, 0x01, 0x0d, 0xb8),
            v6("documentation", 20, 0x3f, 0xff));

    /** Of IPv6 only global unicast is left: no loopback, link-local, unique-local, multicast or mapped address is in it. */
    private static final Block GLOBAL = v6("global", 3, 0x20);

    private static final Block SIX_TO_FOUR = v6("6to4", 16, 0x20, 0x02);
    private static final Block NAT64 = v6("NAT64", 96, 0x00, 0x64, 0xff, 0x9b);
    private static final Block MAPPED = v6("mapped", 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

    private TargetAddresses() {}

    /** Why a request may not go to {@code address}; null: it may. */
    static @Nullable String refusal(InetAddress address) {
        return refusal(address.getAddress());
    }

    static @Nullable String refusal(byte[] address) {
        for (Block block : REFUSED) {
            if (block.has(address)) {
                return block.name;
            }
        }
        if (address.length == V4) {
            return null;
        }
        // An IPv4 address in other clothes is judged by what it is.
        if (MAPPED.has(address) || NAT64.has(address)) {
            return refusal(Arrays.copyOfRange(address, V6 - V4, V6));
        }
        if (SIX_TO_FOUR.has(address)) {
            return refusal(Arrays.copyOfRange(address, 2, 2 + V4));
        }
        return GLOBAL.has(address) ? null : "not global";
    }

    private static Block v4(String name, int bits, int... prefix) {
        return block(V4, name, bits, prefix);
    }

    private static Block v6(String name, int bits, int... prefix) {
        return block(V6, name, bits, prefix);
    }

    private static Block block(int length, String name, int bits, int... prefix) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < prefix.length; i++) {
            bytes[i] = (byte) prefix[i];
        }
        return new Block(bytes, bits, name);
    }
}
