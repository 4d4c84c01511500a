def wake(*, urgent):
    pass
