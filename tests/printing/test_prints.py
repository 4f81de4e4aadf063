def test_prints(client, world, in_force):
    a = client.as_(world.home.parent).get(f"{in_force}/print")
    assert a.status_code == 200, a.json
    open("/tmp/look-print/p.html","wb").write(a.data)
    a = client.as_(world.home.parent).get(f"{in_force}/print?format=pdf")
    assert a.status_code == 200, a.json
    open("/tmp/look-print/p.pdf","wb").write(a.data)
