package io.storegrid.compute.gateway;

/** A category and how many products of it the catalogue has. */
public record CategoryCount(String name, long productCount) {}
