CREATE TABLE IF NOT EXISTS pio_meta_apps (
    id serial PRIMARY KEY,
    name text NOT NULL,
    description text
);

CREATE TABLE IF NOT EXISTS pio_meta_accesskeys (
    accesskey varchar(64) PRIMARY KEY,
    appid integer NOT NULL,
    events text
);

-- What an access key may do, for keys that may not do everything as in PIO.
CREATE TABLE IF NOT EXISTS pio_meta_permissions (
    accesskey varchar(64) PRIMARY KEY,
    may_read boolean NOT NULL,
    may_write boolean NOT NULL,
    may_delete boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS pio_meta_channels (
    id serial PRIMARY KEY,
    name text NOT NULL,
    appid integer NOT NULL
);

CREATE TABLE IF NOT EXISTS pio_meta_engineinstances (
    id varchar(100) PRIMARY KEY,
    status text NOT NULL,
    starttime timestamp DEFAULT CURRENT_TIMESTAMP,
    endtime timestamp DEFAULT CURRENT_TIMESTAMP,
    engineid text NOT NULL,
    engineversion text NOT NULL,
    enginevariant text NOT NULL,
    enginefactory text NOT NULL,
    batch text NOT NULL,
    env text NOT NULL,
    sparkconf text NOT NULL,
    datasourceparams text NOT NULL,
    preparatorparams text NOT NULL,
    algorithmsparams text NOT NULL,
    servingparams text NOT NULL
);

CREATE TABLE IF NOT EXISTS pio_meta_evaluationinstances (
    id varchar(100) PRIMARY KEY,
    status text NOT NULL,
    starttime timestamp DEFAULT CURRENT_TIMESTAMP,
    endtime timestamp DEFAULT CURRENT_TIMESTAMP,
    evaluationclass text NOT NULL,
    engineparamsgeneratorclass text NOT NULL,
    batch text NOT NULL,
    env text NOT NULL,
    sparkconf text NOT NULL,
    evaluatorresults text NOT NULL,
    evaluatorresultshtml text NOT NULL,
    evaluatorresultsjson text
);

CREATE TABLE IF NOT EXISTS pio_model_models (
    id varchar(100) PRIMARY KEY,
    models bytea NOT NULL
);

-- Models too large for one value, in pieces of 8 MiB.
CREATE TABLE IF NOT EXISTS pio_model_chunks (
    id varchar(100) NOT NULL,
    seq integer NOT NULL,
    chunk bytea NOT NULL,
    PRIMARY KEY (id, seq)
);

-- Which versions of the schema were made here.
CREATE TABLE IF NOT EXISTS pio_schema (
    version integer PRIMARY KEY,
    applied timestamptz NOT NULL DEFAULT now()
);
