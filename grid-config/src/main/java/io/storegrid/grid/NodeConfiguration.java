package io.storegrid.grid;

import java.util.function.Consumer;
import org.apache.ignite.springframework.boot.autoconfigure.IgniteAutoConfiguration;
import org.apache.ignite.springframework.boot.autoconfigure.IgniteConfigurer;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * The Spring Boot application around an Ignite node. Ignite's auto-configuration is named here because it registers itself
 * in a way that Spring Boot 3 and later do not look at.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration(IgniteAutoConfiguration.class)
class NodeConfiguration {

    /** What the node is made of, handed in by whoever starts the application. */
    record Parts(NodeSettings settings, Consumer<String> progress, Consumer<String> end) {}

    @Bean
    IgniteConfigurer igniteConfigurer(Parts parts) {
        return configuration -> GridConfiguration.apply(configuration, parts.settings(), parts.progress(), parts.end());
    }
}
