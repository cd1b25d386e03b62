"""From the objects that run in a namespace to files of the config repository. Pure: asks no cluster, renders nothing, writes nothing."""
