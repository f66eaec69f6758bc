package org.template.popular;

import java.io.Serializable;

/** An item and how popular it is. */
public class ItemScore implements Serializable {
    private final String item;
    private final String title;
    private final double score;

    public ItemScore(String item, String title, double score) {
        this.item = item;
        this.title = title;
        this.score = score;
    }

    public String getItem() {
        return item;
    }

    public double getScore() {
        return score;
    }
}
