def write_page(*a):
    raise NotImplementedError


def write_tables(*a):
    raise NotImplementedError
