"""The record: events in Airflow's metadata database, and what they fold into."""
