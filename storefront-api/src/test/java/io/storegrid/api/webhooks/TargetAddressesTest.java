package io.storegrid.api.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetAddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:80e::200e",
                "2002:0808:0808::1",
                "64:ff9b::808:808"
            })
    void whatAnyoneCanReachMayBeCalled(String address) throws UnknownHostException {
        assertEquals(null, TargetAddresses.refusal(InetAddress.getByName(address)));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "0.0.0.0, unspecified",
        "0.1.2.3, unspecified",
        "10.0.0.1, private",
        "10.255.255.255, private",
        "100.64.0.1, shared (carrier-grade NAT)",
        "100.127.255.255, shared (carrier-grade NAT)",
        "127.0.0.1, loopback",
        "127.255.255.254, loopback",
        "169.254.169.254, link-local",
        "172.16.0.1, private",
        "172.31.255.255, private",
        "192.0.0.1, reserved",
        "192.0.2.1, documentation",
        "192.88.99.1, reserved",
        "192.168.0.1, private",
        "198.18.0.1, benchmark",
        "198.19.255.255, benchmark",
        "198.51.100.7, documentation",
        "203.0.113.7, documentation",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "240.0.0.1, reserved",
        "255.255.255.255, reserved",
        "::, not global",
        "::1, not global",
        "::7f00:1, not global",
        "fe80::1, not global",
        "fec0::1, not global",
        "fc00::1, not global",
        "fd12:3456::1, not global",
        "ff02::1, not global",
        "2001::1, reserved",
        "2001:db8::1, documentation",
        "3fff::1, documentation",
        "2002:7f00:1::1, loopback",
        "2002:a00:1::1, private",
        "64:ff9b::a00:1, private",
        "64:ff9b:1::1, not global",
    })
    void nothingElseMay(String address, String what) throws UnknownHostException {
        assertEquals(what, TargetAddresses.refusal(InetAddress.getByName(address)));
    }

    /** Java turns these into IPv4 addresses by itself, wherever they come from text; bytes may come otherwise. */
    @ParameterizedTest(name = "::ffff:{0} is {1}")
    @CsvSource({"7f000001, loopback", "0a000001, private", "a9fea9fe, link-local"})
    void aMappedAddressIsWhatItMaps(String v4, String what) {
        byte[] address = HexFormat.of().parseHex("00000000000000000000ffff" + v4);
        assertEquals(what, TargetAddresses.refusal(address));
        assertNotNull(TargetAddresses.refusal(HexFormat.of().parseHex("000000000000000000000000" + v4)));
    }
}
