package org.template.popular;

import java.io.Serializable;

/** Asks for some items for a user. */
public class Query implements Serializable {
    private final String user;
    private final int num;

    public Query(String user, int num) {
        this.user = user;
        this.num = num;
    }

    public String getUser() {
        return user;
    }

    public int getNum() {
        return num;
    }
}
