package org.template.popular;

import java.io.Serializable;

/** A user viewed an item. */
public class View implements Serializable {
    private final String user;
    private final String item;

    public View(String user, String item) {
        this.user = user;
        this.item = item;
    }

    public String getUser() {
        return user;
    }

    public String getItem() {
        return item;
    }
}
