package org.template.popular;

import java.io.Serializable;
import java.util.List;

/** The recommended items, the most popular first. */
public class PredictedResult implements Serializable {
    private final List<ItemScore> itemScores;

    public PredictedResult(List<ItemScore> itemScores) {
        this.itemScores = itemScores;
    }

    public List<ItemScore> getItemScores() {
        return itemScores;
    }
}
