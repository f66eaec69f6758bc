package org.template.popular;

import java.io.Serializable;
import java.util.List;

/** All items, the most popular first. */
public class Model implements Serializable {
    private final List<ItemScore> items;

    public Model(List<ItemScore> items) {
        this.items = items;
    }

    public List<ItemScore> getItems() {
        return items;
    }
}
